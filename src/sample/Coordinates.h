// A schedule as a point, one coordinate a knob: what a Gaussian process measures nearness by.
#pragma once
#include "alt/SearchSpace.h"
#include "model/Matrix.h"

namespace alt {

class Coordinates {
public:
  explicit Coordinates(const SearchSpace &);
  /// Of each axis: its coordinates are the numbers of names, not sizes.
  const std::vector<bool> &named() const { return names; }
  /// One row a schedule.
  Columns of(std::span<const Schedule>) const;

private:
  std::vector<bool> names;
  /// Of each knob's options. Sizes lie in [0, 1], halfway between their place in the list and the
  /// share of their logarithm.
  std::vector<std::vector<float>> places;
};

} // namespace alt
