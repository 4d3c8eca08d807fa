#include "alt/Features.h"
#include "alt/Prior.h"
#include "prior/Examples.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace alt {
namespace {

/// The rows of all kernels but one, or of that one only.
PriorExamples pick(const PriorExamples &all, uint32_t kernel, bool thatOne) {
  PriorExamples some;
  some.rows = Matrix(all.rows.columns);
  some.kernels = all.kernels;
  for (size_t i = 0; i < all.kernel.size(); ++i)
    if ((all.kernel[i] == kernel) == thatOne) {
      std::ranges::copy(all.rows.row(i), some.rows.addRow().begin());
      some.quality.push_back(all.quality[i]);
      some.kernel.push_back(all.kernel[i]);
    }
  return some;
}

std::vector<double> ranks(std::span<const float> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin; end < order.size() && values[order[end]] == values[order[begin]];)
      ++end;
    for (size_t i = begin; i < end; ++i)
      ranks[order[i]] = 0.5 * double(begin + end - 1);
  }
  return ranks;
}

double spearman(std::span<const float> a, std::span<const float> b) {
  std::vector<double> x = ranks(a), y = ranks(b);
  double mean = 0.5 * double(x.size() - 1), xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

LeftOut leaveOut(const PriorExamples &all, uint32_t kernel, uint64_t seed) {
  std::mt19937_64 rng(seed);
  Prior prior = Prior::fit(loopFeaturesVersion, pick(all, kernel, false), {}, rng);
  PriorExamples own = pick(all, kernel, true);
  std::vector<float> predicted;
  for (size_t i = 0; i < own.quality.size(); ++i)
    predicted.push_back(prior.predict(own.rows.row(i)).mean);
  std::vector<size_t> order(predicted.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return predicted[a] > predicted[b]; });
  LeftOut result{all.kernels[kernel], unsigned(order.size()), spearman(predicted, own.quality), 0};
  for (size_t i = 0; i < std::min<size_t>(16, order.size()); ++i)
    result.best16 = std::max(result.best16, double(own.quality[order[i]]));
  return result;
}

} // namespace

Result<TrainedPrior> trainPrior(const std::vector<std::filesystem::path> &records, uint64_t seed,
                                bool leaveOneOut) {
  auto examples = readExamples(records);
  if (!examples)
    return examples.error();
  std::mt19937_64 rng(seed);
  TrainedPrior result;
  result.warnings = examples->unused;
  result.prior = std::make_shared<const Prior>(Prior::fit(loopFeaturesVersion, *examples, {}, rng));
  if (leaveOneOut && examples->kernels.size() > 1)
    for (uint32_t kernel = 0; kernel < examples->kernels.size(); ++kernel)
      result.leftOut.push_back(leaveOut(*examples, kernel, seed));
  return result;
}

} // namespace alt
