#include "model/ValidityFilter.h"
#include <algorithm>
#include <cmath>

namespace alt {

ValidityFilter ValidityFilter::fit(const Matrix &rows, std::span<const float> ran,
                                   const BoostingOptions &options, std::mt19937_64 &rng) {
  ValidityFilter filter;
  size_t successes = size_t(std::count(ran.begin(), ran.end(), 1.0f));
  if (successes == 0 || successes == ran.size())
    return filter;
  filter.model = GradientBoosting::fit(BinnedRows(rows), ran, {}, options, rng);
  filter.fitted = true;
  return filter;
}

static float toProbability(float margin) {
  return std::max(ValidityFilter::floor, 1.0f / (1.0f + std::exp(-margin)));
}

float ValidityFilter::probability(std::span<const float> row) const {
  return fitted ? toProbability(model.predict(row)) : 1.0f;
}

std::vector<float> ValidityFilter::probabilities(const Columns &columns) const {
  std::vector<float> values(columns.rows, 1.0f);
  if (!fitted)
    return values;
  model.predict(columns, values);
  for (float &value : values)
    value = toProbability(value);
  return values;
}

} // namespace alt
