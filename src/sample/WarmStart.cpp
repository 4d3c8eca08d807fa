#include "sample/WarmStart.h"
#include "model/Prior.h"
#include "sample/PriorSearch.h"
#include <algorithm>
#include <cassert>

namespace alt {

// Unseen, the prior counts fully: labels and expectations are both shares of the best throughput.
// Told schedules whose expectations vary by this much together (squared, summed) weigh as much as
// that belief.
static constexpr double trustedSlope = 1, trust = 0.05;

WarmStart::WarmStart(const SamplerContext &context) : context(context) {
  if (context.prior && context.prior->features() != context.features.version())
    this->context.prior = nullptr;
}

std::vector<Schedule> WarmStart::firstBatch(size_t count, size_t wanted, Rng &rng) {
  if (!context.prior || started || expected.size() >= wanted)
    return {};
  started = true;
  return searchByPrior(context, count, rng);
}

void WarmStart::tell(std::span<const float> row) {
  expected.push_back(context.prior ? context.prior->predict(row).mean : 0);
}

void WarmStart::takeOut(std::span<float> labels) {
  if (!context.prior)
    return;
  assert(labels.size() == expected.size() && "a label for each told schedule");
  double count = double(labels.size()), x = 0, y = 0, xx = 0, xy = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    x += double(expected[i]) / count;
    y += double(labels[i]) / count;
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    xx += (expected[i] - x) * (expected[i] - x);
    xy += (expected[i] - x) * (labels[i] - y);
  }
  slope = std::max(0.0, (xy + trust * trustedSlope) / (xx + trust));
  for (size_t i = 0; i < labels.size(); ++i)
    labels[i] -= float(slope) * expected[i];
}

void WarmStart::putBack(const Columns &rows, std::span<Committee::Prediction> predictions) const {
  if (!context.prior)
    return;
  std::vector<Committee::Prediction> share = context.prior->predict(rows);
  for (size_t i = 0; i < predictions.size(); ++i)
    predictions[i].mean += float(slope) * share[i].mean;
}

} // namespace alt
