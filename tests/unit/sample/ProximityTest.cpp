#include "sample/Proximity.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

/// 16 by 2 values of which the label follows the first alone.
struct ProximityTest : testing::Test {
  Matrix rows{32, 2};
  std::vector<float> labels;
  Committee committee;
  Columns told, pool;

  ProximityTest() {
    for (size_t i = 0; i < 32; ++i) {
      rows.row(i)[0] = float(i / 2);
      rows.row(i)[1] = float(i % 2);
      labels.push_back(float(i / 2));
    }
    std::mt19937_64 rng(1);
    CommitteeOptions options;
    options.boosting.columnShare = 1;
    committee = Committee::fit(rows, labels, options, rng);
    Matrix first(1, 2); // what was measured: 0, 0
    told = Columns(first);
    pool = Columns(rows);
  }
};

TEST_F(ProximityTest, isOneForWhatNothingLearnedTellsApart) {
  Proximity proximity(committee, told, pool);
  EXPECT_EQ(proximity.of(1), 0) << "not looked up yet";
  EXPECT_TRUE(proximity.settle(1));
  EXPECT_FALSE(proximity.settle(1)) << "nothing new to compare with";
  EXPECT_GT(proximity.of(1), 0.7) << "differs in the second value only";
  proximity.settle(30);
  EXPECT_LT(proximity.of(30), 0.2);
}

TEST_F(ProximityTest, whatIsChosenCountsAsMeasured) {
  Proximity proximity(committee, told, pool);
  proximity.settle(31);
  float before = proximity.of(31);
  proximity.choose(30);
  EXPECT_TRUE(proximity.settle(31));
  EXPECT_GT(proximity.of(31), before + 0.5);
}

TEST_F(ProximityTest, noneHoldsNothingAlike) {
  Proximity proximity;
  proximity.choose(0);
  EXPECT_FALSE(proximity.settle(1));
  EXPECT_EQ(proximity.of(1), 0);
}

} // namespace
