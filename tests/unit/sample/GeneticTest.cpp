#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Genetic, keepsASamplersPromises) { expectSamplerPromises("genetic"); }

TEST(Genetic, beatsRandom) {
  SyntheticMeasurer measurer;
  double own = 0, random = 0;
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    own += bestSeconds(searchSynthetic("genetic", seed, 256, 8, measurer));
    random += bestSeconds(searchSynthetic("random", seed, 256, 8, measurer));
  }
  EXPECT_LT(own, random);
}
