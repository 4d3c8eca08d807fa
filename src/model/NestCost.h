// What a tiled loop nest does to the machine, by analysis: instructions in the innermost body,
// tails, and bytes moved into each cache under the loop order. Rough on purpose; the trees learn
// the rest.
#pragma once
#include "alt/Target.h"
#include "model/OperandAccess.h"
#include "space/TileProduct.h"

namespace alt {

inline constexpr unsigned maxNestOperands = 8;

/// One value for every cache: 0 is L1, 1 is L2, 2 is L3.
using PerCache = std::array<float, 3>;

/// The operands and the machine; made once for a workload.
struct NestModel {
  NestModel(const Workload &, const Target &, const std::optional<TileProduct> & = {});
  std::optional<TileProduct> tiles;    ///< what it is computed in; else vectors
  std::vector<OperandAccess> operands; ///< at most maxNestOperands
  float lanes = 4, registers = 16;
  PerCache cacheBytes{};
  float iterations = 1;  ///< of the whole nest
  float paddedBytes = 0; ///< of operands that are padded, their padding included
  float arithmetic = 1;  ///< vector operations an iteration (a multiply-add is one)
  /// The share of a multiply-add's time that an iteration takes.
  float share() const { return tiles ? arithmetic : 1; }
};

struct OperandCost {
  float panel = 0; ///< packed into panels this wide
  OperandAccess::Touched body, registerTile, cacheTile, whole;
  PerCache traffic{};      ///< bytes brought into the cache over the whole run
  float loads = 0;         ///< load instructions in the innermost body
  float reuseDistance = 0; ///< bytes touched between two uses of the same element
  float stepBytes = 0;     ///< by how much one step of the innermost loop moves it
  bool movedByRegisterLoop = true, movedByCacheLoop = true; ///< by the innermost of those loops
};

/// Filled by analyse(). Counts are of vectors unless they say otherwise.
struct NestCost {
  Box body, registerTile, cacheTile, unit, whole;
  unsigned axes = 0;
  float unitTrips = 1, cacheTrips = 1, blockTrips = 1, registerTrips = 1, reductionTrips = 1;
  float innermostTrips = 1; ///< of the innermost loop around the body
  float rowVectors = 1, rows = 1, accumulators = 1, unroll = 1;
  bool vectorReduction = false, reduces = false;
  float laneUse = 1;        ///< useful lanes of those that compute
  float wholeTileShare = 1; ///< iterations that run in full register tiles
  float tailAxes = 0;       ///< axes along which a register tile is cut short
  float bodyIterations = 1;
  float bodyOperations = 1, bodyLoads = 1, bodyCycles = 1;
  float copies = 1; ///< of the body in the code: tails and what is left over by the unrolling
  PerCache registerTileFill{}, cacheTileFill{}, unitFill{}, traffic{};
  float packedBytes = 0; ///< re-laid out in the timed call
  float paddedBytes = 0; ///< copied with their padding in the timed call
  float coreCycles = 1, tileCycles = 0, memoryCycles = 0, cycles = 1, idealCycles = 1;
  std::array<OperandCost, maxNestOperands> operands;
};

/// Allocates nothing.
void analyse(const NestModel &, const LoopNest &, NestCost &);

} // namespace alt
