#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Alt, keepsASamplersPromises) { expectSamplerPromises("alt"); }

TEST(Alt, findsTheOptimumInAFewPercentOfTheSpace) {
  SyntheticMeasurer measurer;
  for (uint64_t seed : {1, 2, 3})
    EXPECT_LT(bestSeconds(searchSynthetic("alt", seed, 150, 4, measurer)), 1.06e-3) << seed;
}

TEST(Alt, learnsToAvoidWhatCrashes) {
  SyntheticMeasurer measurer;
  auto asked = searchSynthetic("alt", 1, 150, 4, measurer);
  auto crashes = [](auto begin, auto end) {
    return std::count_if(begin, end, [](const Schedule &s) { return s.choice[2] == 8; });
  };
  EXPECT_LE(crashes(asked.begin() + 50, asked.end()), 6); // at random: 11
}
