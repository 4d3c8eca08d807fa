// Which schedules were asked for or told, and drawing one that was not: every sampler needs both.
#pragma once
#include "alt/SearchSpace.h"
#include <optional>
#include <unordered_set>

namespace alt {

class Visited {
public:
  explicit Visited(const SearchSpace &space) : space(space) {}
  /// False when it was there already.
  bool insert(const Schedule &schedule) { return seen.insert(schedule).second; }
  bool contains(const Schedule &schedule) const { return seen.contains(schedule); }
  size_t size() const { return seen.size(); }
  /// A uniformly random legal schedule that is not here yet, now inserted; none when the space is
  /// (as far as trying can tell) exhausted.
  std::optional<Schedule> drawNew(Rng &);
  /// Draws until the batch holds `count` or the space is exhausted.
  void fill(std::vector<Schedule> &batch, size_t count, Rng &);

private:
  const SearchSpace &space;
  std::unordered_set<Schedule, ScheduleHash> seen;
};

} // namespace alt
