// How the register tile of a sum of products goes into tile registers, as plain data: which axes
// are the rows, columns and depth of a tile, and how many tiles fit.
#pragma once
#include "space/LoopNest.h"
#include "space/ProductInstructions.h"
#include <optional>

namespace alt {

struct TileProduct {
  const ProductInstruction *instruction = nullptr; ///< of the elements, whatever their signs are
  unsigned columns = 0, depth = 0;                 ///< axes; depth is a reduction
  std::optional<unsigned> rows;                    ///< axis; none: tiles have one row
  unsigned spread = 0, along = 1;                  ///< operands: rows by depth, depth by columns

  /// For a kernel that sums products in tiles as they lie in memory, with `along` packed: where the
  /// target has tile registers for its elements. nullopt for any other kernel.
  static std::optional<TileProduct> of(const Workload &, const Target &);

  const TileRegisters &registers() const { return *instruction->tile; }
  int64_t tileColumns() const { return registers().rowBytes / bytes(instruction->sum); }
  /// Steps of the reduction that one product takes of `extent`: such that no rest is left, if there
  /// is a number near the most.
  int64_t depthOf(int64_t extent) const;
  /// Products that take all of `extent`.
  int64_t products(int64_t extent) const { return ceilDiv(extent, depthOf(extent)); }

  /// What a register tile may have along an axis, and a block of the reduction.
  std::vector<int64_t> sizesAlong(unsigned axis, const Workload &) const;
  std::vector<int64_t> blocksOf(int64_t extent) const;

  /// Tiles of rows and of columns of a nest's register tile. Tiles are of one row where there is no
  /// axis of rows; along any other parallel axis they are one a step.
  int64_t rowTiles(const LoopNest &) const;
  int64_t columnTiles(const LoopNest &) const;
  /// The accumulators, one factor's tiles and two of the other's: whole ones, and one cut short.
  bool fits(int64_t rowTiles, int64_t columnTiles) const {
    return rowTiles * columnTiles + std::min(rowTiles, columnTiles) + 2 <= registers().count;
  }

  /// That packing `along` takes in every call.
  double packingCycles(const Workload &) const;
  /// Of one register tile, all steps of the reduction.
  double cycles(const LoopNest &) const;
};

} // namespace alt
