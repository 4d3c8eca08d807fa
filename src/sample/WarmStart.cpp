#include "sample/WarmStart.h"
#include "sample/ExpectationSearch.h"
#include <algorithm>
#include <cassert>

namespace alt {

// Unseen, an expectation counts fully: labels and expectations are both shares of the best
// throughput. Told schedules whose expectations vary by this much together (squared, summed) weigh
// as much as that belief.
static constexpr double trustedSlope = 1, trust = 0.05;

WarmStart::WarmStart(const SamplerContext &context, bool analytic, double spread)
    : context(context), expectation(context, analytic), spread(spread) {}

std::vector<Schedule> WarmStart::firstBatch(size_t count, size_t wanted, bool defaultFirst,
                                            Rng &rng) {
  if (!expectation.exists() || started || expected.size() >= wanted)
    return {};
  started = true;
  std::vector<Schedule> first;
  if (defaultFirst && context.space.points().empty()) // a listed space's default says nothing
    first.push_back(context.space.defaultSchedule());
  return searchByExpectation(context, expectation, std::move(first), count, spread, rng);
}

void WarmStart::tell(std::span<const float> row) { expected.push_back(expectation.of(row)); }

void WarmStart::takeOut(std::span<float> labels) {
  if (!expectation.exists())
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
  if (!expectation.exists())
    return;
  std::vector<float> share = expectation.of(rows);
  for (size_t i = 0; i < predictions.size(); ++i)
    predictions[i].mean += float(slope) * share[i];
}

} // namespace alt
