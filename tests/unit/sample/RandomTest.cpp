#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Random, keepsASamplersPromises) { expectSamplerPromises("random"); }

TEST(Random, saysWhenTheSpaceIsExhausted) {
  SyntheticMeasurer measurer;
  SyntheticSpace space;
  size_t asked = searchSynthetic("random", 1, 20000, 1000, measurer).size();
  EXPECT_LE(asked, size_t(space.size()));
  EXPECT_GE(asked, size_t(0.99 * space.size()));
}
