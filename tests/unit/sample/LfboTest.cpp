#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Lfbo, keepsASamplersPromises) { expectSamplerPromises("lfbo"); }

TEST(Lfbo, beatsRandom) {
  SyntheticMeasurer measurer;
  double own = 0, random = 0;
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    own += bestSeconds(searchSynthetic("lfbo", seed, 256, 8, measurer));
    random += bestSeconds(searchSynthetic("random", seed, 256, 8, measurer));
  }
  EXPECT_LT(own, random);
}
