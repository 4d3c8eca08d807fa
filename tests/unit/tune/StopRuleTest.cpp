#include "alt/StopRule.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;

TEST(StopRule, waitsForItsPatienceAfterTheLastGain) {
  StopRule rule({.patience = 10});
  for (double best : {8.0, 4.0})
    rule.add(best);
  for (int i = 0; i < 9; ++i)
    rule.add(4.0);
  EXPECT_FALSE(rule.converged());
  EXPECT_EQ(rule.expectedLeft(), 1);
  rule.add(4.0);
  EXPECT_TRUE(rule.converged());
  EXPECT_LT(rule.expectedLeft(), 0.1);
}

TEST(StopRule, aTinyGainIsNone) {
  StopRule rule({.patience = 10, .gain = 0.005});
  for (int i = 0; i < 12; ++i)
    rule.add(1 - 1e-4 * i);
  EXPECT_TRUE(rule.converged());
}

TEST(StopRule, smallGainsAddUp) {
  StopRule rule({.patience = 10, .gain = 0.005});
  for (int i = 0; i < 100; ++i)
    rule.add(1 - 2e-3 * i);
  EXPECT_FALSE(rule.converged());
}

TEST(StopRule, neverStopsBeforeAnythingRan) {
  StopRule rule({.patience = 10});
  for (int i = 0; i < 50; ++i)
    rule.add(INFINITY);
  EXPECT_FALSE(rule.converged());
}
