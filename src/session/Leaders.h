// The few best candidates of a kernel, and only their objects: a session of thousands of trials
// leaves no gigabytes behind.
#pragma once
#include "alt/Measure.h"
#include <optional>
#include <vector>

namespace alt {

class Leaders {
public:
  explicit Leaders(Schedule defaultSchedule) : defaultSchedule(std::move(defaultSchedule)) {}
  /// Takes note of a trial. Deletes the object of whoever is no longer needed.
  void add(const Observation &);
  const std::vector<Observation> &best() const { return list; } ///< fastest first, at most `kept`
  const std::optional<Observation> &baseline() const { return defaultObservation; }

private:
  static constexpr size_t kept = 3;
  void discard(const Observation &);
  Schedule defaultSchedule;
  std::vector<Observation> list;
  std::optional<Observation> defaultObservation;
};

} // namespace alt
