// What the register tiles of a nest cost, by a few figures that CPUs of today have about alike:
// enough to rank the tiles of one kernel.
#include "space/LoopSpace.h"
#include <algorithm>
#include <numeric>

namespace alt {

/// Of rows so many bytes apart, the share that lies in one set of L1.
static double crowding(int64_t stride) {
  auto isNear = [&](int64_t offset) { return (stride + 64 + offset) % 4096 <= 128; };
  return stride < 2048 ? 0 : isNear(0) ? 1 : isNear(2048) ? 0.5 : 0;
}

/// Of the positions that one tap of each output reads, how many times as many are read again by
/// later taps: with a stride of two those of the taps that come next are others.
static int64_t keptPerOutput(const Window &window, int64_t taps) {
  int64_t apart = window.stride / std::gcd(window.stride, window.dilation);
  return std::clamp<int64_t>(taps - apart, 1, apart);
}

/// Cycles until the last thread is done, each with as many units as the others or one more; and of
/// its share of the padded copy.
double LoopSpace::estimatedCycles(const LoopNest &nest) const {
  std::vector<double> units; // in the order in which threads share them
  std::vector<Share> shares;
  std::vector<int64_t> starts;
  auto each = [&](auto &self, double cycles, double useful) -> void {
    size_t a = starts.size();
    if (a == shares.size()) {
      units.push_back(cycles * useful);
      return;
    }
    for (int64_t unit = 0; unit < shares[a].count; ++unit) {
      starts.push_back(shares[a].start + unit * shares[a].size);
      double taps =
          nest.skipPad ? usefulTaps(static_cast<unsigned>(a), starts.back(), shares[a].size) : 1;
      self(self, cycles, useful * taps);
      starts.pop_back();
    }
  };
  auto part = [&](auto &self) -> void {
    auto a = static_cast<unsigned>(shares.size());
    if (a == axes.size())
      return each(each, unitCycles(nest, shares), 1);
    for (const Share &share : Shares(nest.axes[a], hasEdges(nest, a))) {
      shares.push_back(share);
      self(self);
      shares.pop_back();
    }
  };
  part(part);
  double longest = 0;
  for (size_t thread = 0; thread < threads; ++thread)
    longest = std::max(longest,
                       std::accumulate(units.begin() + units.size() * thread / threads,
                                       units.begin() + units.size() * (thread + 1) / threads, 0.0));
  double copying = nest.skipPad ? 0 : paddedElements; // written and read again, a vector 16 cycles
  return longest + copying / (units.size() > 1 ? threads : 1);
}

/// Cycles of a unit's register tiles, each bound by its arithmetic, its loads or its latency.
double LoopSpace::unitCycles(const LoopNest &nest, std::span<const Share> shares) const {
  constexpr double folding = 1.2; // the sums in the lanes of an accumulator, in a tree
  double steps = 1;
  for (unsigned a = 0; a < axes.size(); ++a)
    if (axes[a].kind == AxisKind::reduction)
      steps *= static_cast<double>(a == nest.vectorAxis ? ceilDiv(axes[a].extent, vectorLanes)
                                                        : axes[a].extent);
  bool sumsInLanes = axes[nest.vectorAxis].kind == AxisKind::reduction;
  double cycles = 0;
  LoopNest tile = nest; // `reg` and `tile` are the piece in hand: a tile of it and all of them
  auto visit = [&](auto &self, unsigned a, double count) -> void {
    if (a == nest.axes.size()) {
      double accumulators = sumsInLanes ? 1 : 0;
      for (const LoopNest::Level &axis : tile.axes)
        accumulators *= axis.kind == AxisKind::parallel ? static_cast<double>(axis.reg) : 1;
      cycles += count * (tiles ? tiles->cycles(tile)
                               : steps * cyclesOfStep(nest, tile, steps) + folding * accumulators);
      return;
    }
    if (nest.axes[a].kind == AxisKind::reduction)
      return self(self, a + 1, count);
    int64_t size = shares[a].tile(nest.axes[a]), tiles = shares[a].size / size;
    for (Cut piece : cut(size, nest.axes[a].reg))
      if (piece.count) {
        tile.axes[a].reg = piece.size;
        tile.axes[a].tile = piece.size * piece.count;
        self(self, a + 1, count * static_cast<double>(piece.count * tiles));
      }
  };
  visit(visit, 0, 1);
  return cycles;
}

/// Of one step of the reduction, of the `steps` that `tile` takes.
double LoopSpace::cyclesOfStep(const LoopNest &nest, const LoopNest &tile, double steps) const {
  constexpr double operationsPerCycle = 2, loadsPerCycle = 2, latency = 4, loop = 1, waysOfL1 = 8,
                   cyclesOfLineFromL2 = 2.1;
  bool reduces = steps > 1, sumsInLanes = axes[nest.vectorAxis].kind == AxisKind::reduction;
  auto vectors = [&](unsigned axis) {
    return static_cast<double>(axis == nest.vectorAxis ? ceilDiv(tile.axes[axis].reg, vectorLanes)
                                                       : tile.axes[axis].reg);
  };
  double operations = 1, loads = 0, rows = 0, pixels = 0, streamed = 0;
  for (unsigned axis = 0; axis < axes.size(); ++axis)
    if (axes[axis].kind == AxisKind::parallel)
      operations *= vectors(axis);
  for (unsigned o = 0; o < operands.size(); ++o) {
    const Operand &operand = operands[o];
    if (operand.isOutput && reduces)
      continue;
    bool along = strideAlong(operand, nest.vectorAxis) != 0;
    double here = 1, crowded = 1, share = 1;
    bool reused = false;             // by other outputs of the tile
    bool revisited = false;          // by the tiles that follow
    bool held = !windows[o].empty(); // in registers while the other factors pass
    for (unsigned axis = 0; axis < axes.size(); ++axis) {
      int64_t stride = axes[axis].kind == AxisKind::parallel ? strideAlong(operand, axis) : 0;
      if (stride == 0) {
        bool parallel = axes[axis].kind == AxisKind::parallel;
        reused |= parallel;
        held |= parallel && tile.axes[axis].reg > 1;
        revisited |= parallel && tile.axes[axis].reg < axes[axis].extent;
        continue;
      }
      here *= vectors(axis);
      double shareHere = crowding(stride * bytes(operand.type));
      if (axis != nest.vectorAxis && shareHere > 0) {
        crowded *= vectors(axis);
        share = std::min(share, shareHere);
      }
    }
    double kept = here;
    bool shares = sharesPixels(o, nest);
    if (shares) // neighbours share what the taps written side by side read
      for (const Window &window : windows[o]) {
        int64_t outputs = tile.axes[window.output].reg, taps = nest.axes[window.tap].reg;
        here *= static_cast<double>(positions(window, outputs, taps)) /
                static_cast<double>(outputs * taps);
        kept *= static_cast<double>(keptPerOutput(window, taps));
        if (crowding(strideAlong(operand, window.output) * bytes(operand.type)) > 0)
          crowded *= static_cast<double>(positions(window, outputs, axes[window.tap].extent)) /
                     static_cast<double>(outputs);
      }
    bool pushedOut = crowded * share > waysOfL1;
    bool crosses = sumsInLanes && along && crossesLines(operand, nest);
    loads += pushedOut || crosses ? 2 * here : here;
    if (held && (along || shares))
      (shares ? pixels : rows) += kept;
    if (!along || sumsInLanes)
      continue;
    bool beyondL2 =
        revisited && here * steps * static_cast<double>(vectorLanes) * bytes(operand.type) >
                         static_cast<double>(l2Bytes);
    if (reused)
      streamed += here * (beyondL2 ? 6 : 1); // from L2 or L3
    else if (hasOwnPixels(o, nest))
      streamed += pushedOut ? 6 * here : halvesLines(nest) ? here : 0;
  }
  // Accumulators, vectors and a factor: more than the registers hold goes through memory, where
  // what was stored is waited for. Pixels that neighbours share are there already.
  auto excess = [&](double wanted) {
    return std::max(0.0, wanted - static_cast<double>(maxAccumulators + 2));
  };
  double spilled = excess(operations + rows + 1);
  double loadedAgain = excess(operations + rows + 1 + pixels) - spilled;
  double arithmetic = operations / operationsPerCycle, memory = loads / loadsPerCycle;
  double fetched = sumsInLanes ? cyclesOfLineFromL2 * linesFromL2(tile, steps) : 0;
  return std::max({arithmetic, memory, fetched, reduces ? latency : 0}) + 6 * spilled +
         loadedAgain / 4 + streamed / 2 + loads / 10 + loop;
}

/// Whether vectors along it begin at other places of a line in every row: not in a transposed copy.
bool LoopSpace::crossesLines(const Operand &operand, const LoopNest &nest) const {
  if (transposable(operand, nest.vectorAxis))
    return false;
  for (unsigned axis = 0; axis < axes.size(); ++axis)
    if (axis != nest.vectorAxis && axes[axis].extent > 1 &&
        strideAlong(operand, axis) * bytes(operand.type) % 64 != 0)
      return true;
  return false;
}

/// Of sums in the lanes, the lines that come from L2 in a step of a tile: an operand's once for all
/// the tiles that follow along the innermost axis, if L1 holds a tile of each; none, if it holds
/// all that those read and the next ones read the same again.
double LoopSpace::linesFromL2(const LoopNest &tile, double steps) const {
  auto several = [&](unsigned axis) { return tile.axes[axis].tile > tile.axes[axis].reg; };
  auto inner = std::find_if(tile.innerOrder.rbegin(), tile.innerOrder.rend(), several);
  struct Lines {
    double ofTile = 1, ofAll = 1;
    bool follows = false, changes = false; ///< along the innermost axis, along others
  };
  std::vector<Lines> inputs;
  double tileBytes = 0, allBytes = 0;
  for (unsigned o = 0; o < operands.size(); ++o) {
    if (operands[o].isOutput || strideAlong(operands[o], tile.vectorAxis) == 0)
      continue;
    Lines lines;
    for (unsigned axis = 0; axis < axes.size(); ++axis) {
      const LoopNest::Level &level = tile.axes[axis];
      if (level.kind != AxisKind::parallel || strideAlong(operands[o], axis) == 0)
        continue;
      bool isInner = inner != tile.innerOrder.rend() && axis == *inner;
      lines.ofTile *= static_cast<double>(level.reg);
      lines.ofAll *= static_cast<double>(isInner ? level.tile : level.reg);
      lines.follows |= isInner;
      lines.changes |= !isInner && level.reg < level.extent;
    }
    for (const Window &window : windows[o]) {
      int64_t outputs = tile.axes[window.output].reg, taps = axes[window.tap].extent;
      double share = static_cast<double>(positions(window, outputs, taps)) /
                     static_cast<double>(outputs * taps);
      lines.ofTile *= share;
      lines.ofAll *= share;
    }
    tileBytes += lines.ofTile * steps * 64;
    allBytes += lines.ofAll * steps * 64;
    inputs.push_back(lines);
  }
  auto holds = [&](double size) { return size <= static_cast<double>(l1Bytes); };
  double found = 0;
  for (const Lines &lines : inputs) {
    double tiles = lines.follows || inner == tile.innerOrder.rend()
                       ? 1
                       : static_cast<double>(tile.axes[*inner].tile / tile.axes[*inner].reg);
    if (lines.changes || !holds(allBytes))
      found += lines.ofTile / (holds(tileBytes) ? tiles : 1);
  }
  return found;
}

/// Whether windows pass over it and every lane has pixels of its own (depthwise, pooling).
bool LoopSpace::hasOwnPixels(unsigned operand, const LoopNest &nest) const {
  return !windows[operand].empty() && axes[nest.vectorAxis].kind == AxisKind::parallel &&
         strideAlong(operands[operand], nest.vectorAxis) != 0;
}

/// Whether a step has several taps of a window side by side: where every lane has its own, and
/// where no loop over channels lies between them.
bool LoopSpace::sharesPixels(unsigned operand, const LoopNest &nest) const {
  if (windows[operand].empty() || axes[nest.vectorAxis].kind != AxisKind::parallel)
    return false;
  auto innermost = std::find_if(nest.reductionOrder.rbegin(), nest.reductionOrder.rend(),
                                [&](unsigned axis) { return axes[axis].extent > 1; });
  bool tapInside =
      innermost != nest.reductionOrder.rend() && *innermost == windows[operand].back().tap;
  return tapInside || hasOwnPixels(operand, nest);
}

/// Caches fetch lines in pairs; of a pair of which one line is read in this walk and the other in a
/// later one, both come twice.
bool LoopSpace::halvesLines(const LoopNest &nest) const {
  const LoopNest::Level &axis = nest.axes[nest.vectorAxis];
  return axis.reg <= vectorLanes && axis.extent > vectorLanes && !walkStaysInL1(nest);
}

/// Whether L1 holds what a walk of all vectors of the axis down the columns comes back to: the rows
/// under the window, the weights and the results, which leave half of it to what flows through.
bool LoopSpace::walkStaysInL1(const LoopNest &nest) const {
  double total = 0;
  for (unsigned o = 0; o < operands.size(); ++o) {
    double size = bytes(operands[o].type);
    for (unsigned axis = 0; axis < axes.size(); ++axis)
      if (strideAlong(operands[o], axis)) {
        bool whole = axis == nest.vectorAxis || axes[axis].kind == AxisKind::reduction;
        size *= static_cast<double>(whole ? axes[axis].extent : nest.axes[axis].reg);
      }
    for (const Window &window : windows[o]) {
      int64_t outputs = nest.axes[window.output].reg, taps = axes[window.tap].extent;
      size *= static_cast<double>(positions(window, outputs, taps)) /
              static_cast<double>(outputs * taps);
    }
    total += size;
  }
  return total <= static_cast<double>(l1Bytes) / 2;
}

} // namespace alt
