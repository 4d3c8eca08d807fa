#include "session/Leaders.h"
#include <algorithm>

namespace alt {

void Leaders::discard(const Observation &observation) {
  if (!observation.measurement.artifact)
    return;
  const std::filesystem::path &object = observation.measurement.artifact->object;
  auto uses = [&](const Observation &other) {
    return other.measurement.artifact && other.measurement.artifact->object == object;
  };
  // Two schedules may lower to the same object, kept once.
  if (std::any_of(list.begin(), list.end(), uses) ||
      (defaultObservation && uses(*defaultObservation)))
    return;
  std::error_code ignored;
  std::filesystem::remove(object, ignored);
}

void Leaders::add(const Observation &observation) {
  if (observation.schedule == defaultSchedule)
    defaultObservation = observation;
  if (!observation.measurement.ok())
    return discard(observation);
  auto slower = std::upper_bound(list.begin(), list.end(), observation,
                                 [](const Observation &a, const Observation &b) {
                                   return a.measurement.seconds() < b.measurement.seconds();
                                 });
  list.insert(slower, observation);
  if (list.size() > kept) {
    Observation last = std::move(list.back());
    list.pop_back();
    discard(last);
  }
}

} // namespace alt
