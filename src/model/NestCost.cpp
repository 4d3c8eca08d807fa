#include "model/NestCost.h"
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace alt {

namespace {

// Per cycle and core, of the machines of this decade; what is off is off for every schedule alike.
constexpr float operationsPerCycle = 2, loadsPerCycle = 2, operationLatency = 4;
constexpr float l2Bandwidth = 40, l3Bandwidth = 14, memoryBandwidth = 5;
constexpr float loopCycles = 1.5f, tileCyclesFixed = 12;

int64_t cacheSetBytes(int64_t cacheBytes) {
  return static_cast<int64_t>(
      std::bit_floor(static_cast<uint64_t>(std::max<int64_t>(cacheBytes, 512)) / 8));
}

float ceilTo(float count, float step) { return std::ceil(count / step); }

/// One loop of the nest, seen from inside: it takes its axis from `inner` iterations to `outer`.
struct Loop {
  enum class Level { reduction, reg, block, cache, unit } level;
  unsigned axis;
  float outer;
};

/// All loops, innermost first.
struct LoopList {
  std::array<Loop, 3 * maxNestAxes> loops;
  unsigned count = 0;
  void add(Loop::Level level, unsigned axis, int64_t outer) {
    loops[count++] = {level, axis, static_cast<float>(outer)};
  }
};

void listLoops(const LoopNest &nest, LoopList &list) {
  for (size_t i = nest.reductionOrder.size(); i-- > 0;)
    list.add(Loop::Level::reduction, nest.reductionOrder[i],
             nest.axes[nest.reductionOrder[i]].tile);
  for (size_t i = nest.innerOrder.size(); i-- > 0;)
    list.add(Loop::Level::reg, nest.innerOrder[i], nest.axes[nest.innerOrder[i]].tile);
  for (unsigned a = static_cast<unsigned>(nest.axes.size()); a-- > 0;)
    if (nest.axes[a].kind == AxisKind::reduction)
      list.add(Loop::Level::block, a, nest.axes[a].extent);
  for (size_t i = nest.outerOrder.size(); i-- > 0;)
    list.add(Loop::Level::cache, nest.outerOrder[i], nest.axes[nest.outerOrder[i]].par);
  for (unsigned a = static_cast<unsigned>(nest.axes.size()); a-- > 0;)
    if (nest.axes[a].kind == AxisKind::parallel)
      list.add(Loop::Level::unit, a, nest.axes[a].extent);
}

/// Boxes of every level, vectors and tails along every axis.
void measureTiles(const NestModel &model, const LoopNest &nest, NestCost &cost) {
  cost.axes = static_cast<unsigned>(nest.axes.size());
  for (Box *box : {&cost.body, &cost.registerTile, &cost.cacheTile, &cost.unit, &cost.whole})
    box->fill(1);
  for (unsigned a = 0; a < cost.axes; ++a) {
    const LoopNest::Level &axis = nest.axes[a];
    float extent = static_cast<float>(axis.extent), tile = static_cast<float>(axis.tile);
    float reg = static_cast<float>(std::min(axis.reg, axis.tile)), use = 1;
    bool vector = a == nest.vectorAxis;
    if (model.tiles && a == model.tiles->depth) // unrolled by products
      reg = std::min(tile, reg * static_cast<float>(model.tiles->depthOf(axis.tile)));
    cost.whole[a] = cost.unit[a] = extent;
    cost.cacheTile[a] = cost.registerTile[a] = tile;
    float rest = tile - std::floor(tile / reg) * reg;
    if (axis.kind == AxisKind::reduction) {
      cost.reduces |= axis.extent > 1;
      cost.unroll *= reg;
      if (vector) {
        cost.vectorReduction = true;
        reg = std::min(tile, model.lanes);
        cost.unroll /= static_cast<float>(std::min(axis.reg, axis.tile));
        use = tile / (ceilTo(tile, model.lanes) * model.lanes);
      }
      cost.blockTrips *= extent / tile;
    } else {
      cost.unit[a] = static_cast<float>(axis.par);
      cost.registerTile[a] = reg;
      cost.registerTrips *= ceilTo(tile, reg);
      cost.cacheTrips *= ceilTo(cost.unit[a], tile);
      cost.unitTrips *= ceilTo(extent, cost.unit[a]);
      if (vector) {
        cost.rowVectors = ceilTo(reg, model.lanes);
        float vectors = std::floor(tile / reg) * cost.rowVectors + ceilTo(rest, model.lanes);
        use = tile / (vectors * model.lanes);
      } else {
        cost.rows *= reg;
      }
    }
    if (rest > 0) {
      cost.tailAxes += 1;
      cost.copies *= 2;
      cost.wholeTileShare *= 1 - rest / tile;
    }
    cost.laneUse *= use;
    cost.body[a] = reg;
    cost.bodyIterations *= reg;
    if (axis.kind == AxisKind::reduction)
      cost.reductionTrips *= std::max(1.0f, tile / reg);
  }
  cost.accumulators = cost.rowVectors * cost.rows;
  // Tiles that meet padding are written out apart: the first and the last along each edge.
  for (size_t e = 0; e < nest.edges.size(); ++e)
    cost.copies *= 3;
  cost.paddedBytes = nest.skipPad ? 0 : model.paddedBytes;
}

/// Instructions of the innermost body and the cycles that bound it.
void measureBody(const NestModel &model, const LoopNest &nest, NestCost &cost) {
  using Along = OperandAccess::Along;
  cost.bodyOperations = cost.accumulators * cost.unroll * model.arithmetic;
  cost.bodyLoads = 0;
  for (size_t o = 0; o < model.operands.size(); ++o) {
    const OperandAccess &access = model.operands[o];
    OperandCost &operand = cost.operands[o];
    float loads = 1;
    for (unsigned a = 0; a < cost.axes; ++a)
      if (a != nest.vectorAxis && access.moves(a))
        loads *= cost.body[a];
    if (access.moves(nest.vectorAxis)) {
      loads *= cost.vectorReduction ? 1 : cost.rowVectors;
      if (access.along(nest.vectorAxis) == Along::strided && !nest.packed[o]) // else transposed
        loads *= 1.5f * model.lanes; // element by element, and put together
    }
    if (model.tiles && !access.isOutput()) // a load is a line: several steps of the reduction
      loads *= static_cast<float>(bytes(model.tiles->instruction->element)) /
               (o == model.tiles->along ? 4 : 64);
    operand.loads = loads;
    // Accumulators are read and written around the reduction, not in it.
    if (!(access.isOutput() && cost.reduces))
      cost.bodyLoads += loads;
  }
  float chain = cost.reduces && !model.tiles ? operationLatency * cost.unroll : 0;
  cost.bodyCycles =
      std::max({cost.bodyOperations / operationsPerCycle, cost.bodyLoads / loadsPerCycle, chain});
}

/// Walks the loops outward: footprints, the cache that still holds a loop's body, reuse distances.
void measureTraffic(const NestModel &model, const LoopNest &nest, NestCost &cost) {
  LoopList list;
  listLoops(nest, list);
  size_t operands = model.operands.size();
  std::array<OperandAccess::Touched, maxNestOperands> now;
  PerCache fill{};
  auto total = [&] {
    fill = {};
    for (size_t o = 0; o < operands; ++o) {
      fill[0] += now[o].l1;
      fill[1] += now[o].l2;
      fill[2] += now[o].lines * 64;
    }
  };
  Box box = cost.body;
  for (size_t o = 0; o < operands; ++o) {
    OperandCost &operand = cost.operands[o];
    operand.panel = nest.packed[o] && !cost.vectorReduction
                        ? static_cast<float>(nest.axes[nest.vectorAxis].reg)
                        : 0;
    now[o] = operand.body = model.operands[o].touch(box, operand.panel);
  }
  total();
  float inside = cost.bodyIterations;
  std::array<bool, 3> settled{};
  std::array<bool, maxNestOperands> reused{};
  bool innermost = true, innermostRegister = true, innermostCache = true;
  auto leave = [&](Loop::Level level) {
    if (level == Loop::Level::reduction || level == Loop::Level::reg)
      for (size_t o = 0; o < operands; ++o)
        (level == Loop::Level::reg ? cost.operands[o].cacheTile : cost.operands[o].registerTile) =
            now[o];
    if (level == Loop::Level::reduction)
      cost.registerTileFill = fill;
    if (level == Loop::Level::reg)
      cost.cacheTileFill = fill;
    if (level == Loop::Level::cache)
      cost.unitFill = fill;
  };
  // Levels may have no loop at all: each is left when a loop of an outer one comes.
  auto level = Loop::Level::reduction;
  auto leaveUpTo = [&](Loop::Level next) {
    for (; level < next; level = static_cast<Loop::Level>(static_cast<int>(level) + 1))
      leave(level);
  };
  for (unsigned l = 0; l < list.count; ++l) {
    const Loop &loop = list.loops[l];
    leaveUpTo(loop.level);
    float trips = loop.outer / box[loop.axis];
    if (trips <= 1)
      continue;
    float before = fill[2];
    box[loop.axis] = loop.outer;
    inside *= trips;
    bool firstRegister = loop.level == Loop::Level::reg && innermostRegister;
    bool firstCache = loop.level == Loop::Level::cache && innermostCache;
    for (size_t o = 0; o < operands; ++o) {
      const OperandAccess &access = model.operands[o];
      OperandCost &operand = cost.operands[o];
      bool moves = access.moves(loop.axis);
      if (moves)
        now[o] = access.touch(box, operand.panel);
      else if (!reused[o]) {
        reused[o] = true;
        operand.reuseDistance = before;
      }
      if (innermost)
        operand.stepBytes = access.strideBytes(loop.axis);
      if (firstRegister)
        operand.movedByRegisterLoop = moves;
      if (firstCache)
        operand.movedByCacheLoop = moves;
    }
    if (innermost)
      cost.innermostTrips = trips;
    innermost = false;
    innermostRegister &= !firstRegister;
    innermostCache &= !firstCache;
    total();
    for (unsigned c = 0; c < 3; ++c) {
      if (settled[c] || fill[c] <= model.cacheBytes[c])
        continue;
      // The body of this loop was the last to fit: what one run of the loop touches comes anew for
      // every iteration of the loops around it.
      settled[c] = true;
      for (size_t o = 0; o < operands; ++o)
        cost.operands[o].traffic[c] = now[o].lines * 64 * (model.iterations / inside);
    }
  }
  leaveUpTo(Loop::Level::unit);
  for (size_t o = 0; o < operands; ++o) {
    OperandCost &operand = cost.operands[o];
    operand.whole = now[o];
    if (!reused[o])
      operand.reuseDistance = fill[2];
    for (unsigned c = 0; c < 3; ++c) {
      if (!settled[c])
        operand.traffic[c] = now[o].lines * 64;
      cost.traffic[c] += operand.traffic[c];
    }
    if (operand.panel > 0 && !model.operands[o].isConstant())
      cost.packedBytes += model.operands[o].totalBytes();
  }
  if (nest.im2col) // the patches
    cost.packedBytes += model.operands[0].totalBytes();
}

void estimateCycles(const NestModel &model, const LoopNest &nest, NestCost &cost) {
  float operations = model.iterations * model.arithmetic / model.lanes;
  float bodies =
      model.iterations / cost.bodyIterations / std::min(1.0f, cost.wholeTileShare * 0.5f + 0.5f);
  float spilled =
      std::max(0.0f, cost.accumulators + std::min(cost.rowVectors, 4.0f) + 1 - model.registers);
  float steps = std::max(1.0f, cost.reductionTrips);
  cost.idealCycles = operations / operationsPerCycle;
  cost.coreCycles = bodies * (cost.bodyCycles + spilled + loopCycles);
  float stores = cost.accumulators;
  for (size_t o = 0; o < model.operands.size(); ++o)
    if (model.operands[o].isOutput() &&
        model.operands[o].along(nest.vectorAxis) == OperandAccess::Along::strided)
      stores *= 2 * model.lanes;
  if (cost.vectorReduction)
    stores *= 6; // the lanes are summed at the end
  cost.tileCycles = bodies / steps * (2 * stores + tileCyclesFixed);
  cost.memoryCycles = cost.traffic[0] / l2Bandwidth + cost.traffic[1] / l3Bandwidth +
                      (cost.packedBytes + cost.paddedBytes) / l3Bandwidth;
  float compulsory = 0;
  for (size_t o = 0; o < model.operands.size(); ++o)
    compulsory += cost.operands[o].whole.lines * 64;
  if (compulsory > model.cacheBytes[2])
    cost.memoryCycles += cost.traffic[2] / memoryBandwidth;
  float core = cost.coreCycles + cost.tileCycles;
  cost.cycles = std::max(core, cost.memoryCycles) + 0.3f * std::min(core, cost.memoryCycles);
}

} // namespace

NestModel::NestModel(const Workload &workload, const Target &target,
                     const std::optional<TileProduct> &tileProduct)
    : tiles(tileProduct), lanes(static_cast<float>(accumulatorLanes(workload, target))),
      registers(static_cast<float>(target.vectorRegisters)),
      cacheBytes{static_cast<float>(target.l1Bytes), static_cast<float>(target.l2Bytes),
                 static_cast<float>(target.l3Bytes)} {
  assert(workload.axes.size() <= maxNestAxes && "nests have at most maxNestAxes axes");
  for (const Operand &operand : workload.operands)
    if (operands.size() < maxNestOperands)
      operands.emplace_back(operand, cacheSetBytes(target.l1Bytes), cacheSetBytes(target.l2Bytes));
  for (const Operand &operand : workload.operands) {
    auto padded = [](int64_t width) { return width != 0; };
    if (std::any_of(operand.padLow.begin(), operand.padLow.end(), padded) ||
        std::any_of(operand.padHigh.begin(), operand.padHigh.end(), padded)) {
      float size = static_cast<float>(bytes(operand.type));
      for (int64_t extent : operand.shape)
        size *= static_cast<float>(extent);
      paddedBytes += size;
    }
  }
  for (const Axis &axis : workload.axes)
    iterations *= static_cast<float>(axis.extent);
  // A multiply-add is one instruction; a body of many operations is that many.
  float flops = static_cast<float>(workload.flops) / iterations;
  arithmetic = std::max(1.0f, flops <= 2 ? 1.0f : flops - 1);
  if (tiles) { // vectors of so many sums, each of a step of the reduction, that a product does a
               // cycle
    const TileRegisters &unit = tiles->registers();
    auto most = static_cast<float>(unit.rowBytes / bytes(tiles->instruction->element));
    arithmetic = operationsPerCycle * static_cast<float>(unit.cyclesPerRow) / most;
    lanes = static_cast<float>(tiles->tileColumns());
  }
}

void analyse(const NestModel &model, const LoopNest &nest, NestCost &cost) {
  cost = NestCost{};
  measureTiles(model, nest, cost);
  measureBody(model, nest, cost);
  measureTraffic(model, nest, cost);
  estimateCycles(model, nest, cost);
}

} // namespace alt
