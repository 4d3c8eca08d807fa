#include "alt/Replay.h"
#include "replay/TableSpace.h"
#include <cassert>

namespace alt {

double RecordedSpace::bestSeconds() const {
  Seconds best(INFINITY);
  for (const Measurement &measurement : measurements)
    best = std::min(best, measurement.seconds());
  return best.count();
}

size_t RecordedSpace::pointsWithin(double share) const {
  double limit = bestSeconds() / (1 - share);
  size_t count = 0;
  for (const Measurement &measurement : measurements)
    count += measurement.ok() && measurement.seconds().count() <= limit;
  return count;
}

ReplayMeasurer::ReplayMeasurer(const RecordedSpace &recorded) : recorded(recorded) {
  assert(recorded.measurements.size() == recorded.space->points().size());
}

std::vector<Measurement> ReplayMeasurer::measure(std::span<const Schedule> schedules,
                                                 std::stop_token stop) {
  auto *table = dynamic_cast<const TableSpace *>(recorded.space.get());
  assert(table && "a recorded space lists its points");
  std::vector<Measurement> answers;
  for (const Schedule &schedule : schedules) {
    if (stop.stop_requested())
      break;
    answers.push_back(recorded.measurements[table->indexOf(schedule)]);
  }
  return answers;
}

} // namespace alt
