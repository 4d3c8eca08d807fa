#include "model/ValidityFilter.h"
#include "sample/Alt.h"
#include <gtest/gtest.h>

using namespace alt;

TEST(ValidityFilter, isEmptyUntilItSawBothOutcomes) {
  Matrix rows(3, 1);
  std::mt19937_64 rng(1);
  EXPECT_TRUE(ValidityFilter::fit(rows, std::vector<float>{1, 1, 1}, {}, rng).empty());
  EXPECT_TRUE(ValidityFilter::fit(rows, std::vector<float>{0, 0, 0}, {}, rng).empty());
}

TEST(ValidityFilter, tellsWhatRunsButLocksNothingOut) {
  Matrix rows(1);
  std::vector<float> ran;
  for (int i = 0; i < 200; ++i) {
    rows.addRow()[0] = float(i % 10);
    ran.push_back(i % 10 < 7);
  }
  std::mt19937_64 rng(1);
  BoostingOptions options{.loss = BoostingOptions::Loss::logistic};
  ValidityFilter filter = ValidityFilter::fit(rows, ran, options, rng);
  EXPECT_GT(filter.probability(std::vector<float>{3}), 0.9f);
  EXPECT_LT(filter.probability(std::vector<float>{8}), 0.1f);
  EXPECT_GE(filter.probability(std::vector<float>{8}), ValidityFilter::floor);
}

// The tuner's usual case: a few failures among many trials that ran.
TEST(ValidityFilter, learnsFromAFewFailures) {
  Matrix rows(2);
  std::vector<float> ran;
  std::mt19937_64 rng(1);
  std::uniform_real_distribution<float> uniform;
  for (int i = 0; i < 100; ++i) {
    bool fails = i % 33 == 0; // four
    auto row = rows.addRow();
    row[0] = fails ? 1.0f : 0.9f * uniform(rng);
    row[1] = uniform(rng);
    ran.push_back(fails ? 0.0f : 1.0f);
  }
  ValidityFilter filter = ValidityFilter::fit(rows, ran, AltOptions().validity, rng);
  EXPECT_LT(filter.probability(std::vector<float>{1, 0.5f}), 0.3f);
  EXPECT_GT(filter.probability(std::vector<float>{0.5f, 0.5f}), 0.95f);
}
