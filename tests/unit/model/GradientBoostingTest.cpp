#include "model/GradientBoosting.h"
#include "model/Committee.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;

namespace {
struct Sample {
  Matrix rows{4};
  std::vector<float> labels;
};

/// label = product-like function of the first two of four columns.
Sample sample(size_t count, uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Sample sample;
  for (size_t i = 0; i < count; ++i) {
    auto row = sample.rows.addRow();
    for (float &value : row)
      value = uniform(rng);
    sample.labels.push_back(row[0] * row[1] + 0.5f * row[0]);
  }
  return sample;
}

template <class Predict> double meanSquaredError(const Sample &sample, Predict predict) {
  double sum = 0;
  for (size_t i = 0; i < sample.labels.size(); ++i)
    sum += std::pow(predict(sample.rows.row(i)) - sample.labels[i], 2);
  return sum / double(sample.labels.size());
}
} // namespace

TEST(GradientBoosting, learnsAnInteraction) {
  Sample train = sample(1000, 1), test = sample(500, 2);
  std::mt19937_64 rng(3);
  auto model = GradientBoosting::fit(BinnedRows(train.rows), train.labels, {}, {}, rng);
  double error = meanSquaredError(test, [&](auto row) { return model.predict(row); });
  double variance = meanSquaredError(test, [&](auto) { return 0.0f; });
  EXPECT_LT(error, 0.1 * variance);
}

TEST(GradientBoosting, aRowOfWeightZeroTeachesNothing) {
  Matrix rows(1);
  std::vector<float> labels, weights;
  for (int i = 0; i < 40; ++i) {
    rows.addRow()[0] = float(i % 2);
    bool lie = i >= 20;
    labels.push_back(float((i % 2) ^ int(lie)));
    weights.push_back(lie ? 0.0f : 1.0f);
  }
  std::mt19937_64 rng(1);
  auto model = GradientBoosting::fit(BinnedRows(rows), labels, weights, {}, rng);
  EXPECT_GT(model.predict(std::vector<float>{1.0f}), 0.9f);
  EXPECT_LT(model.predict(std::vector<float>{0.0f}), 0.1f);
}

TEST(GradientBoosting, rowsThatLookAlikeGetTheMean) {
  Matrix rows(3, 2);
  std::mt19937_64 rng(1);
  auto model = GradientBoosting::fit(BinnedRows(rows), std::vector<float>{1, 2, 6}, {}, {}, rng);
  EXPECT_FLOAT_EQ(model.predict(rows.row(0)), 3.0f);
}

TEST(GradientBoosting, manyRowsAtOnceAreScoredAsOneByOne) {
  Sample train = sample(300, 1), test = sample(1300, 2);
  std::mt19937_64 rng(3);
  auto model = GradientBoosting::fit(BinnedRows(train.rows), train.labels, {}, {}, rng);
  std::vector<float> margins(test.labels.size());
  model.predict(Columns(test.rows), margins);
  for (size_t i = 0; i < margins.size(); ++i)
    ASSERT_EQ(margins[i], model.predict(test.rows.row(i))) << i;
}

TEST(GradientBoosting, sameSeedSameModel) {
  Sample train = sample(200, 1);
  auto predict = [&] {
    std::mt19937_64 rng(5);
    return GradientBoosting::fit(BinnedRows(train.rows), train.labels, {}, {}, rng)
        .predict(train.rows.row(7));
  };
  EXPECT_EQ(predict(), predict());
}

TEST(GradientBoosting, aColumnOfManyValuesKeepsItsOrder) {
  Matrix rows(1);
  std::vector<float> labels;
  for (int i = 0; i < 2000; ++i) { // more values than bins
    rows.addRow()[0] = float(i);
    labels.push_back(i < 1000 ? 0.0f : 1.0f);
  }
  std::mt19937_64 rng(1);
  auto model = GradientBoosting::fit(BinnedRows(rows), labels, {}, {}, rng);
  EXPECT_LT(model.predict(std::vector<float>{900}), 0.1f);
  EXPECT_GT(model.predict(std::vector<float>{1100}), 0.9f);
}

TEST(Committee, isSurerWhereItHasData) {
  std::mt19937_64 rng(1);
  std::normal_distribution<float> noise(0, 0.3f);
  Matrix rows(1);
  std::vector<float> labels;
  for (int i = 0; i < 400; ++i) { // many rows at 0, few at 1
    rows.addRow()[0] = i < 390 ? 0.0f : 1.0f;
    labels.push_back(noise(rng));
  }
  Committee committee = Committee::fit(rows, labels, {}, rng);
  EXPECT_LT(committee.predict(std::vector<float>{0}).deviation,
            0.5f * committee.predict(std::vector<float>{1}).deviation);
}
