// How alike a committee holds two schedules: the share of all its trees in which both fall into the
// same leaf (Breiman's random forest proximity, 2001). At 1 nothing that was learned tells them
// apart, and measuring one says what the other does: knobs that do not matter make many such twins.
#pragma once
#include "model/Committee.h"
#include "model/Matrix.h"

namespace alt {

class Proximity {
public:
  /// None: nothing is near anything.
  Proximity() = default;
  /// The rows of `told` were measured; both outlive this.
  Proximity(const Committee &, const Columns &told, const Columns &pool);

  /// In [0, 1]: how near the pool's row i is to the nearest measured one, as far as known by now.
  float of(size_t i) const { return nearest.empty() ? 0 : nearest[i].share; }
  /// Compares row i with the measured ones that it was not compared with yet; whether there was
  /// any. Time: their number times the trees. `of` grows only.
  bool settle(size_t i);
  /// From now on the pool's row i counts as measured.
  void choose(size_t i);

private:
  struct Nearest {
    float share = 0;
    uint32_t compared = 0; ///< with so many of the measured ones
  };
  void appendLeaves(const Columns &, size_t row, std::vector<uint8_t> &) const;

  const Committee *committee = nullptr;
  const Columns *pool = nullptr;
  size_t trees = 0;
  std::vector<uint8_t> measured; ///< the leaves of one row after the other
  std::vector<Nearest> nearest;  ///< of each row of the pool
  std::vector<uint8_t> own;      ///< the leaves of the row that is compared
};

} // namespace alt
