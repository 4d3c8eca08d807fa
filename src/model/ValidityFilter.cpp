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

float ValidityFilter::probability(std::span<const float> row) const {
  if (!fitted)
    return 1.0f;
  return std::max(floor, 1.0f / (1.0f + std::exp(-model.predict(row))));
}

} // namespace alt
