#include "sample/Labels.h"
#include <cmath>
#include <gmock/gmock.h>

using namespace alt;
using testing::ElementsAre;

TEST(Labels, ranksAreScaledAndTiesShare) {
  EXPECT_THAT(rankLabels(std::vector<double>{4, 1, 2, 2, 3}), ElementsAre(0, 1, .625, .625, .25));
}

TEST(Labels, failuresAreWorst) {
  EXPECT_THAT(rankLabels(std::vector<double>{INFINITY, 1}), ElementsAre(0, 1));
  EXPECT_THAT(throughputLabels(std::vector<double>{INFINITY, 1, 2}), ElementsAre(0, 1, .5));
}

TEST(Labels, whereNothingRanAllAreWorst) {
  EXPECT_THAT(rankLabels(std::vector<double>{INFINITY, INFINITY}), ElementsAre(0, 0));
  EXPECT_THAT(throughputLabels(std::vector<double>{INFINITY}), ElementsAre(0));
}
