#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(AutoTvm, keepsASamplersPromises) { expectSamplerPromises("autotvm"); }

TEST(AutoTvm, beatsRandom) {
  SyntheticMeasurer measurer;
  double own = 0, random = 0;
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    own += bestSeconds(searchSynthetic("autotvm", seed, 256, 8, measurer));
    random += bestSeconds(searchSynthetic("random", seed, 256, 8, measurer));
  }
  EXPECT_LT(own, random);
}

TEST(AutoTvm, hasBothLosses) {
  expectSamplerPromises("autotvm-reg");
  SyntheticMeasurer measurer;
  EXPECT_NE(searchSynthetic("autotvm", 1, 100, 8, measurer),
            searchSynthetic("autotvm-reg", 1, 100, 8, measurer));
  // The first plan is random: the loss plays no part in it.
  EXPECT_EQ(searchSynthetic("autotvm", 1, 64, 8, measurer),
            searchSynthetic("autotvm-reg", 1, 64, 8, measurer));
}
