#include "model/Committee.h"
#include <algorithm>
#include <cmath>

namespace alt {

Committee Committee::fit(const Matrix &rows, std::span<const float> labels,
                         const CommitteeOptions &options, std::mt19937_64 &rng) {
  BinnedRows binned(rows);
  Committee committee;
  std::vector<float> weights(rows.rows());
  std::exponential_distribution<float> exponential(1.0f);
  for (unsigned m = 0; m < options.members; ++m) {
    // A single member has nobody to differ from: it sees the rows as they are.
    for (float &weight : weights)
      weight = options.members > 1 ? exponential(rng) : 1.0f;
    committee.members.push_back(
        GradientBoosting::fit(binned, labels, weights, options.boosting, rng));
  }
  return committee;
}

Committee::Prediction Committee::predict(std::span<const float> row) const {
  float sum = 0, squares = 0;
  for (const GradientBoosting &member : members) {
    float value = member.predict(row);
    sum += value;
    squares += value * value;
  }
  float count = float(members.size()), mean = sum / count;
  return {mean, std::sqrt(std::max(0.0f, squares / count - mean * mean))};
}

std::vector<Committee::Prediction> Committee::predict(const Columns &columns) const {
  std::vector<float> values(columns.rows), sum(columns.rows), squares(columns.rows);
  for (const GradientBoosting &member : members) {
    member.predict(columns, values);
    for (size_t i = 0; i < values.size(); ++i) {
      sum[i] += values[i];
      squares[i] += values[i] * values[i];
    }
  }
  std::vector<Prediction> predictions(columns.rows);
  float count = float(members.size());
  for (size_t i = 0; i < values.size(); ++i) {
    float mean = sum[i] / count;
    predictions[i] = {mean, std::sqrt(std::max(0.0f, squares[i] / count - mean * mean))};
  }
  return predictions;
}

} // namespace alt
