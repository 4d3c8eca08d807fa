// The first schedules, before there is a model: random ones whose knobs' options come about equally
// often. Corners, which a spread by distance runs after, are slow and seldom good.
#pragma once
#include "sample/Visited.h"

namespace alt {

class Coverage {
public:
  explicit Coverage(const SearchSpace &);
  void add(const Schedule &);
  /// Adds to the batch until it holds `count`: each the least crowded of many random new ones.
  void fill(std::vector<Schedule> &batch, size_t count, Visited &, Rng &);

private:
  double crowding(const Schedule &) const;
  const SearchSpace &space;
  std::vector<std::vector<double>> seen; ///< of each knob's options: how often, neighbours in part
};

} // namespace alt
