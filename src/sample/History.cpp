#include "sample/History.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace alt {

void History::add(const Observation &observation) {
  features.extract(observation.schedule, rows.addRow());
  schedules.push_back(observation.schedule);
  seconds.push_back(observation.measurement.seconds().count());
  bool runs = std::isfinite(seconds.back());
  ran += runs;
  const PhaseTimes &times = observation.measurement.spent;
  (runs ? spentRunning : spentFailing) += (times.build + times.check + times.run).count();
}

double History::costOfATrial() const {
  return (spentRunning + spentFailing) / std::max(1.0, double(size()));
}

double History::costOfAFailure() const {
  size_t failed = size() - ran;
  if (ran == 0 || failed == 0 || spentRunning <= 0)
    return 1;
  return spentFailing / double(failed) / (spentRunning / double(ran));
}

std::vector<size_t> History::fastest(size_t count) const {
  std::vector<size_t> order(size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, ran);
  std::partial_sort(
      order.begin(), order.begin() + ptrdiff_t(count), order.end(),
      [&](size_t a, size_t b) { return std::tuple(seconds[a], a) < std::tuple(seconds[b], b); });
  order.resize(count);
  return order;
}

std::vector<Schedule> History::fastestSchedules(size_t count) const {
  std::vector<Schedule> best;
  for (size_t i : fastest(count))
    best.push_back(schedules[i]);
  return best;
}

Matrix History::featuresOf(std::span<const Schedule> others) const {
  Matrix of(others.size(), rows.columns);
  for (size_t i = 0; i < others.size(); ++i)
    features.extract(others[i], of.row(i));
  return of;
}

} // namespace alt
