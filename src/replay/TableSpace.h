#pragma once
#include "alt/Replay.h"
#include <mutex>
#include <unordered_map>

namespace alt {

class TableSpace final : public SearchSpace {
public:
  TableSpace(std::vector<Knob>, std::vector<Schedule> points);
  std::span<const Knob> knobs() const override { return table; }
  bool legal(const Schedule &schedule) const override { return index.contains(schedule); }
  Schedule random(Rng &rng) const override { return list[rng() % list.size()]; }
  /// A point that differs in one knob; where the list has few of those (it is a sample of some
  /// larger space), also the nearest points by steps along the knobs.
  Schedule neighbour(const Schedule &, Rng &) const override;
  Schedule defaultSchedule() const override { return list.front(); }
  double size() const override { return double(list.size()); }
  std::span<const Schedule> points() const override { return list; }
  size_t indexOf(const Schedule &schedule) const { return index.at(schedule); }

private:
  std::vector<uint32_t> neighboursOf(const Schedule &) const;
  std::vector<Knob> table;
  std::vector<Schedule> list;
  std::unordered_map<Schedule, uint32_t, ScheduleHash> index;
  mutable std::mutex mutex; ///< guards `near`: a space is shared by the runs that compare tuners
  mutable std::unordered_map<Schedule, std::vector<uint32_t>, ScheduleHash> near;
};

} // namespace alt
