// A schedule of a kernel's space with names instead of knob indices: what lower/ turns into a
// script and the loop features describe.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace alt {

/// As lower/Stages.cpp: what a kernel may keep on the stack, where buffers inside loops are.
inline constexpr int64_t stackBytes = 1 << 20;

/// So many vectors of results an op may have in a register tile; all of them are written out.
inline constexpr int64_t maxFusedVectors = 64;

/// The tiled loop nest, outermost level first:
///   units      parallel axes, `par`: spread over threads; the last along an axis may be shorter
///   cache      parallel axes, `tile`, in `outerOrder`
///   block      reduction axes, `tile` (mode "blocked" when any is less than the extent)
///   register   parallel axes, `reg`, in `innerOrder`; what is inside lives in registers
///   reduction  reduction axes in `reductionOrder`, unrolled by `reg`
struct LoopNest {
  struct Level {
    int64_t extent = 1;
    AxisKind kind = AxisKind::parallel;
    int64_t par = 1;  ///< extent of one thread unit; a reduction axis is whole
    int64_t tile = 1; ///< cache tile, or reduction block
    int64_t reg = 1;  ///< register tile, or unroll factor of a reduction axis
  };
  std::vector<Level> axes; ///< as Workload::axes
  unsigned vectorAxis = 0;
  std::vector<unsigned> outerOrder, innerOrder; ///< parallel axes, outermost first
  std::vector<unsigned> reductionOrder;         ///< reduction axes, outermost first
  std::vector<bool> packed; ///< per operand: re-laid out in register-tile panels
  /// Padded input is read where it lies and taps on the padding are left out, instead of a padded
  /// copy being made first. `edges`: the parallel axes whose first and last register tiles meet it.
  bool skipPad = false;
  std::vector<unsigned> edges;
  /// Winograd's algorithm with output tiles of this extent: the nest is then that of its batched
  /// matmul (see Winograd::matmul). 0: the nest is the kernel's own.
  unsigned winograd = 0;
  /// The patches under the window are gathered and multiplied; the nest is that of Im2col::matmul.
  bool im2col = false;

  /// The register tile is one of tile registers (space/TileProduct.h); an unroll factor of the
  /// depth is then a number of products.
  bool inTiles = false;
  std::optional<unsigned> streamed; ///< operand whose tiles pass L1 by

  bool blocked() const {
    for (const Level &axis : axes)
      if (axis.kind == AxisKind::reduction && axis.tile < axis.extent)
        return true;
    return false;
  }
};

/// How many of a kernel's results a vector has; narrow ones are summed in 32 bits.
int64_t accumulatorLanes(const Workload &, const Target &);

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The pieces that tiles of `tile` cut an extent into: so many whole ones, and what is left.
struct Cut {
  int64_t count, size;
};
inline std::array<Cut, 2> cut(int64_t extent, int64_t tile) {
  return {{{extent / tile, tile}, {extent % tile ? 1 : 0, extent % tile}}};
}

/// The units that a parallel axis falls into, in order: so many of the same size, from `start` on.
struct Share {
  int64_t start, size, count;
  bool first, last; ///< it has the axis's first, its last output
  int64_t tile(const LoopNest::Level &axis) const { return axis.tile < size ? axis.tile : size; }
};

/// At most three: where register tiles differ at the ends of the axis (`edges`), its first and its
/// last unit are apart.
class Shares {
public:
  Shares(const LoopNest::Level &axis, bool edges);
  const Share *begin() const { return list.data(); }
  const Share *end() const { return list.data() + count; }
  size_t size() const { return count; }

private:
  void add(int64_t size, int64_t units, const LoopNest::Level &axis);
  std::array<Share, 3> list;
  size_t count = 0;
};

inline bool hasEdges(const LoopNest &nest, unsigned axis) {
  for (unsigned edge : nest.edges)
    if (edge == axis)
      return true;
  return false;
}

/// Whether tiles of `size` are whole numbers of `part`s, or there is but one along the axis.
inline bool wholeUpToItsEnd(const LoopNest::Level &axis, int64_t size, int64_t part) {
  return size % part == 0 || size == axis.extent;
}

inline int64_t unitsAlong(const LoopNest::Level &axis) { return ceilDiv(axis.extent, axis.par); }

/// Vector operations of the anchor in the code: of whole register tiles, of those cut short at the
/// end of an axis, and of what an unroll factor leaves over. Compiling takes time in proportion.
int64_t codeSize(const LoopNest &, int64_t lanes);

/// Vectors of a fused op's result in a register tile. They run along its own innermost dimension,
/// whatever the anchor's do.
int64_t fusedVectors(const LoopNest &, const FusedResult &, int64_t lanes);

} // namespace alt
