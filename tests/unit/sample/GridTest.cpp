#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Grid, keepsASamplersPromises) { expectSamplerPromises("grid"); }

TEST(Grid, coversTheSpaceExactlyOnceInOrder) {
  SyntheticMeasurer measurer;
  SyntheticSpace space;
  auto asked = searchSynthetic("grid", 1, 20000, 1000, measurer);
  EXPECT_EQ(asked.size(), size_t(space.size()));
  EXPECT_TRUE(std::is_sorted(asked.begin(), asked.end()));
}
