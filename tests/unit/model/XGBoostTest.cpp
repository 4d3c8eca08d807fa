#include "model/XGBoost.h"
#include "model/GradientBoosting.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace alt;

namespace {
struct Sample {
  Matrix rows{6};
  std::vector<float> labels;
};
Sample sample(size_t count, uint64_t seed) {
  std::mt19937_64 rng(seed);
  Sample sample;
  for (size_t i = 0; i < count; ++i) {
    auto row = sample.rows.addRow();
    for (float &value : row)
      value = float(rng() % 9);
    sample.labels.push_back(std::exp(-0.1f * std::pow(row[0] + row[1] - 8, 2.0f)) + 0.1f * row[2] +
                            (row[3] > 4 ? 0.2f : 0.0f));
  }
  return sample;
}
double squaredError(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / double(a.size());
}
} // namespace

TEST(XGBoost, learnsAndPredicts) {
  Sample train = sample(400, 1), test = sample(300, 2);
  XGBoost model(train.rows, train.labels, {{"objective", "reg:squarederror"}});
  for (int round = 0; round < 60; ++round)
    model.grow();
  EXPECT_LT(squaredError(model.trainingPredictions(), train.labels), 0.005);
  EXPECT_LT(squaredError(model.predict(test.rows), test.labels), 0.05);
}

TEST(XGBoost, givesALeafForEachTree) {
  Sample train = sample(50, 1);
  XGBoost model(train.rows, train.labels, {{"num_parallel_tree", "7"}});
  model.grow();
  size_t trees = 0;
  EXPECT_EQ(model.leaves(train.rows, trees).size(), 50 * 7u);
  EXPECT_EQ(trees, 7u);
}

// The reason that a booster of our own may stand in for the library: it is not worse.
TEST(GradientBoosting, isAsGoodAsXGBoost) {
  double ours = 0, theirs = 0;
  for (uint64_t seed : {10, 20, 30, 40}) {
    Sample train = sample(250, seed), test = sample(500, seed + 1);
    std::mt19937_64 rng(seed);
    auto model = GradientBoosting::fit(BinnedRows(train.rows), train.labels, {}, {}, rng);
    std::vector<float> predicted;
    for (size_t i = 0; i < test.labels.size(); ++i)
      predicted.push_back(model.predict(test.rows.row(i)));
    ours += squaredError(predicted, test.labels);
    XGBoost library(train.rows, train.labels,
                    {{"max_depth", "5"}, {"eta", "0.3"}, {"colsample_bytree", "0.7"}});
    for (int round = 0; round < 40; ++round)
      library.grow();
    theirs += squaredError(library.predict(test.rows), test.labels);
  }
  EXPECT_LT(ours, 1.1 * theirs);
}
