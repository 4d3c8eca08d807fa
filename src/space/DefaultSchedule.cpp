// The schedule that needs no measuring: what a person would write first, and what tuning starts
// from.
#include "space/LoopSpace.h"
#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <numeric>

namespace alt {

namespace {

/// By how many elements of the operand's memory one step along `axis` moves.
int64_t strideAlong(const Operand &operand, unsigned axis) {
  int64_t stride = 0, below = 1;
  for (size_t d = operand.index.size(); d-- > 0; below *= operand.shape[d])
    for (const IndexExpr::Term &term : operand.index[d].terms)
      if (term.axis == axis)
        stride += term.coefficient * below;
  return stride;
}

/// Whether a window passes over the operand, be it of one element.
bool slides(const Operand &operand) {
  return std::any_of(operand.index.begin(), operand.index.end(),
                     [](const IndexExpr &index) { return index.terms.size() > 1; });
}

/// Whether the window has several elements, so that neighbours read the same ones.
bool overlaps(const Operand &operand, const std::vector<Axis> &axes) {
  return std::any_of(operand.index.begin(), operand.index.end(), [&](const IndexExpr &index) {
    return std::count_if(index.terms.begin(), index.terms.end(), [&](const IndexExpr::Term &term) {
             return axes[term.axis].extent > 1;
           }) > 1;
  });
}

/// Whether rows so many bytes apart lie in the same few sets of L1.
bool crowdsL1(int64_t stride) { return stride >= 2048 && (stride + 64) % 4096 <= 128; }

} // namespace

/// The smallest of everything, which always fits: what the choices below are made from.
LoopNest LoopSpace::defaultNest() const {
  LoopNest nest = decode(Schedule{std::vector<uint16_t>(knobList.size(), 0)});
  for (unsigned a = 0; a < axes.size(); ++a) {
    LoopNest::Level &axis = nest.axes[a];
    axis.tile = axis.par = axis.extent;
    axis.reg = axis.kind == AxisKind::parallel && a == nest.vectorAxis
                   ? std::min(vectorLanes, axis.extent)
                   : 1;
  }
  return nest;
}

/// Panels of a constant are made ahead of time, and never worse than rows apart by N. Those of
/// narrow elements have pairs or quads of steps side by side, which every row of tiles would else
/// make anew.
bool LoopSpace::interleavingPays(const Operand &operand, const LoopNest &nest) const {
  int64_t passes = 1; // over the operand, by register tiles
  for (unsigned a = 0; a < axes.size(); ++a)
    if (axes[a].kind == AxisKind::parallel && strideAlong(operand, a) == 0)
      passes *= ceilDiv(nest.axes[a].extent, nest.axes[a].reg);
  bool narrow = operand.type == ElementType::bf16 || operand.type == ElementType::i8;
  return narrow && !operand.isOutput && passes >= 4;
}

Schedule LoopSpace::chooseDefault() const {
  LoopNest nest = defaultNest();
  if (threads > 1)
    chooseUnits(nest);
  chooseOrders(nest);
  chooseRegisterTile(nest);
  for (unsigned o = 0; o < operands.size(); ++o)
    nest.packed[o] = operands[o].shape.size() > 1 && packable(operands[o], nest) &&
                     (operands[o].isConstant || interleavingPays(operands[o], nest));
  Schedule schedule = encode(nest);
  assert(legal(schedule) && "the default schedule is legal");
  return schedule;
}

/// One axis is split among the threads: evenly if there is such a one, the outermost if several.
/// Parts that end in a vector not full count as many vectors; they cannot be packed, either.
void LoopSpace::chooseUnits(LoopNest &nest) const {
  double best = 1.1 / static_cast<double>(threads); // where a split gains no tenth, there is none
  LoopNest chosen = nest;
  for (size_t k = 0; k < knobList.size(); ++k) {
    if (meanings[k].field != Meaning::Field::par)
      continue;
    for (double option : knobList[k].options) {
      LoopNest candidate = nest;
      unsigned a = meanings[k].index;
      LoopNest::Level &axis = candidate.axes[a];
      axis.par = static_cast<int64_t>(option);
      for (size_t t = 0; t < knobList.size(); ++t)
        if (meanings[t].field == Meaning::Field::tile && meanings[t].index == a)
          for (double tile : knobList[t].options)
            if (axis.par % static_cast<int64_t>(tile) == 0)
              axis.tile = static_cast<int64_t>(tile);
      axis.reg = std::min(axis.reg, axis.tile);
      int64_t units = axis.extent / axis.par, turns = ceilDiv(units, threads);
      double balance = static_cast<double>(units) / static_cast<double>(turns * threads) -
                       1e-3 * static_cast<double>(turns); // rather few and large ones
      if (a == nest.vectorAxis && axis.par % vectorLanes)
        balance *= 0.85 * static_cast<double>(axis.par) /
                   static_cast<double>(ceilDiv(axis.par, vectorLanes) * vectorLanes);
      if (units > 1 && balance > best + 1e-6 && legal(candidate)) {
        best = balance;
        chosen = candidate;
      }
    }
  }
  nest = chosen;
}

/// Where windows slide: down the columns of the image if they overlap, so that the rows of a window
/// are found in L1. The channels inside, as neighbours read the same pixels; outside where every
/// channel has pixels of its own (depthwise), or where the weights of all channels do not stay in
/// L2.
void LoopSpace::chooseOrders(LoopNest &nest) const {
  bool windows = false, overlapping = false, shared = false;
  double weights = 0;
  for (const Operand &operand : operands) {
    if (operand.isOutput)
      continue;
    double size = bytes(operand.type);
    for (int64_t extent : operand.shape)
      size *= static_cast<double>(extent);
    windows |= slides(operand);
    overlapping |= overlaps(operand, axes);
    if (slides(operand))
      shared |= strideAlong(operand, nest.vectorAxis) == 0;
    else
      weights = std::max(weights, size);
  }
  if (!windows)
    return;
  bool channelsOutside = !shared || weights > 4 * static_cast<double>(l2Bytes);
  std::vector<unsigned> order = nest.innerOrder;
  std::sort(order.begin(), order.end());
  if (overlapping)
    std::reverse(order.begin(), order.end());
  std::stable_partition(order.begin(), order.end(),
                        [&](unsigned a) { return (a == nest.vectorAxis) == channelsOutside; });
  if (std::find(innerOrders.begin(), innerOrders.end(), order) != innerOrders.end())
    nest.innerOrder = order;
}

/// Of the register tiles that are legal, the one with the least estimated cycles, tails and padding
/// included; then as much unrolling as stays small.
void LoopSpace::chooseRegisterTile(LoopNest &nest) const {
  // The vector axis and the two innermost others; more change nothing.
  std::vector<std::pair<unsigned, std::vector<double>>> choices;
  for (size_t k = knobList.size(); k-- > 0;)
    if (meanings[k].field == Meaning::Field::reg &&
        axes[meanings[k].index].kind == AxisKind::parallel &&
        (meanings[k].index == nest.vectorAxis || choices.size() < 3))
      choices.emplace_back(meanings[k].index, knobList[k].options);
  std::reverse(choices.begin(), choices.end()); // of equals, the one along the innermost axis
  LoopNest best = nest;
  double least = std::numeric_limits<double>::infinity();
  LoopNest candidate = nest;
  auto visit = [&](auto &self, size_t choice) -> void {
    if (choice == choices.size()) {
      findEdges(candidate);
      if (double cycles = legal(candidate) ? estimatedCycles(candidate) : least; cycles < least) {
        least = cycles;
        best = candidate;
      }
      return;
    }
    auto &[axis, options] = choices[choice];
    for (double option : options) {
      candidate.axes[axis].reg = static_cast<int64_t>(option);
      self(self, choice + 1);
    }
  };
  visit(visit, 0);
  if (!paddedAxes.empty()) {
    candidate.skipPad = true;
    unsigned window = paddedAxes.back().window; // known tap by tap, where several outputs are taken
    for (size_t k = 0; k < knobList.size(); ++k)
      if (meanings[k].field == Meaning::Field::reg && meanings[k].index == window &&
          knobList[k].options.back() == static_cast<double>(axes[window].extent))
        candidate.axes[window].reg = axes[window].extent;
    visit(visit, 0);
  }
  nest = best;
  for (size_t i = nest.reductionOrder.size(); i-- > 0;) {
    LoopNest::Level &axis = nest.axes[nest.reductionOrder[i]];
    if (axis.extent <= 8 || axis.reg > 1)
      continue;
    for (int64_t factor : {4, 2}) {
      axis.reg = factor;
      if (codeSize(nest, vectorLanes) <= 256 && legal(nest))
        break;
      axis.reg = 1;
    }
    break;
  }
}

/// Cycles of all register tiles, each bound by its arithmetic, its loads or its latency; and of the
/// padded copy, if one is made.
double LoopSpace::estimatedCycles(const LoopNest &nest) const {
  constexpr double operationsPerCycle = 2, loadsPerCycle = 2, latency = 4, loop = 1, waysOfL1 = 8;
  double steps = 1;
  for (const LoopNest::Level &axis : nest.axes)
    if (axis.kind == AxisKind::reduction)
      steps *= static_cast<double>(axis.extent);
  bool reduces = steps > 1;
  double cycles = 0;
  LoopNest tile = nest; // `reg` is the piece in hand
  auto visit = [&](auto &self, unsigned a, double count) -> void {
    if (a < nest.axes.size()) {
      if (nest.axes[a].kind == AxisKind::reduction)
        return self(self, a + 1, count);
      for (Cut piece : cut(nest.axes[a].tile, nest.axes[a].reg))
        if (piece.count) {
          tile.axes[a].reg = piece.size;
          self(self, a + 1,
               count *
                   static_cast<double>(piece.count * (nest.axes[a].extent / nest.axes[a].tile)));
        }
      return;
    }
    double operations = 1, loads = 0, rows = 0, streamed = 0;
    auto vectors = [&](unsigned axis) {
      return static_cast<double>(axis == nest.vectorAxis ? ceilDiv(tile.axes[axis].reg, vectorLanes)
                                                         : tile.axes[axis].reg);
    };
    for (unsigned axis = 0; axis < axes.size(); ++axis)
      if (axes[axis].kind == AxisKind::parallel)
        operations *= vectors(axis);
    for (const Operand &operand : operands) {
      if (operand.isOutput && reduces)
        continue;
      double here = 1, crowded = 1;
      bool reused = false;                 // by other outputs of the tile
      bool revisited = false;              // by the tiles that follow
      bool held = overlaps(operand, axes); // in registers while the other factors pass
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
        if (axis != nest.vectorAxis && crowdsL1(stride * bytes(operand.type)))
          crowded *= vectors(axis);
      }
      if (crowded > waysOfL1) // they push each other out
        here *= 2;
      loads += here;
      if (strideAlong(operand, nest.vectorAxis)) {
        rows += held ? here : 0;
        bool beyondL2 =
            revisited && here * steps * static_cast<double>(vectorLanes) * bytes(operand.type) >
                             static_cast<double>(l2Bytes);
        streamed += reused ? here * (beyondL2 ? 6 : 1) : 0; // from L2 or L3
      }
    }
    // Accumulators, vectors and a factor: more than the registers hold goes through memory, where
    // what was stored is waited for.
    double spilled =
        std::max(0.0, operations + rows + 1 - static_cast<double>(maxAccumulators + 2));
    double arithmetic = operations / operationsPerCycle, memory = loads / loadsPerCycle;
    cycles += count * steps *
              (std::max({arithmetic, memory, reduces ? latency : 0}) + 6 * spilled + streamed / 2 +
               loads / 10 + loop);
  };
  visit(visit, 0, 1);
  if (nest.skipPad)
    return cycles * usefulTaps();
  return cycles + paddedElements; // written and read again, a vector each about 16 cycles
}

Schedule LoopSpace::encode(const LoopNest &nest) const {
  using Field = Meaning::Field;
  Schedule schedule{std::vector<uint16_t>(knobList.size(), 0)};
  auto indexIn = [](const auto &options, const auto &value) {
    auto found = std::find(options.begin(), options.end(), value);
    assert(found != options.end() && "the knob has the option");
    return static_cast<uint16_t>(found - options.begin());
  };
  for (size_t k = 0; k < knobList.size(); ++k) {
    unsigned index = meanings[k].index;
    auto option = [&](int64_t value) {
      return indexIn(knobList[k].options, static_cast<double>(value));
    };
    uint16_t &choice = schedule.choice[k];
    switch (meanings[k].field) {
    case Field::vector:
      choice = indexIn(vectorAxes, nest.vectorAxis);
      break;
    case Field::reg:
      choice = option(nest.axes[index].reg);
      break;
    case Field::tile:
      choice = option(nest.axes[index].tile);
      break;
    case Field::par:
      choice = option(nest.axes[index].par);
      break;
    case Field::outerOrder:
      choice = indexIn(outerOrders, nest.outerOrder);
      break;
    case Field::innerOrder:
      choice = indexIn(innerOrders, nest.innerOrder);
      break;
    case Field::reductionOrder:
      choice = indexIn(reductionOrders, nest.reductionOrder);
      break;
    case Field::pack:
      choice = option(nest.packed[index]);
      break;
    case Field::pad:
      choice = option(nest.skipPad);
      break;
    }
  }
  return schedule;
}

} // namespace alt
