// The schedules that a refit chooses from, with what is known of each: its features, how far it is
// from everything measured, and whether it is one move away from the best.
#pragma once
#include "alt/Sampler.h"
#include "model/Matrix.h"
#include "sample/Novelty.h"
#include "sample/Visited.h"
#include <unordered_map>

namespace alt {

struct PoolOptions {
  unsigned listed = 20000; ///< a listed space of at most so many points is taken whole
  unsigned random = 1000;  ///< otherwise: random schedules, a fifth of them new at each refit, ...
  unsigned parents = 10;   ///< ... and the neighbours of so many of the best
  unsigned incumbents = 5; ///< best schedules whose whole neighbourhood counts as local
};

class Pool {
public:
  Pool(const SamplerContext &, const PoolOptions &);

  /// It is the whole space, the same at each refit.
  bool isWhole() const { return whole; }
  /// For the next refit. `best`: the fastest first, at most `parents` of them are looked at;
  /// `told`: what novelty is counted from; of a whole space all that was measured, in its order.
  void refresh(std::span<const Schedule> best, std::span<const Schedule> told,
               const Visited &visited, Rng &);
  size_t size() const { return schedules.size(); }
  const Schedule &operator[](size_t i) const { return schedules[i]; }
  const Columns &features() const { return columns; }
  const std::vector<Schedule> &all() const { return schedules; }
  bool isLocal(size_t i) const { return local[i]; }
  /// Distance to the nearest schedule that was told or chosen since the last refresh.
  float novelty(size_t i) const { return nearest[i]; }
  /// From now on as near as if it had been measured.
  void choose(const Schedule &schedule) { comeNear(schedule); }

private:
  void drawAnew(std::span<const std::vector<Schedule>> neighbourhoods, const Visited &, Rng &);
  void setSchedules(std::vector<Schedule>);
  void comeNear(const Schedule &);
  /// Every legal schedule that differs in one knob, and random moves: a move may change several
  /// knobs where constraints force it, and of a sampled space few points differ in one knob only.
  std::vector<Schedule> neighboursOf(const Schedule &, bool all, Rng &) const;

  SamplerContext context;
  PoolOptions options;
  Novelty distances;
  bool whole;
  std::vector<Schedule> randoms; ///< what was drawn, `oldest` is replaced next
  size_t oldest = 0;
  std::vector<Schedule> schedules;
  std::unordered_map<Schedule, uint32_t, ScheduleHash> index;
  Columns columns;
  std::vector<float> nearest;
  size_t toldCompared = 0; ///< how many of the told ones `nearest` knows of
  std::vector<bool> local;
};

} // namespace alt
