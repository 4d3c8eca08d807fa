// The schedule that needs no measuring: what a person would write first, and what tuning starts
// from.
#include "space/LoopSpace.h"
#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace alt {

static double sizeInBytes(const Operand &operand) {
  double size = bytes(operand.type);
  for (int64_t extent : operand.shape)
    size *= static_cast<double>(extent);
  return size;
}

/// Steps of a reduction that one instruction takes: as many narrow elements as fill 32 bits.
static int64_t stepsAtOnce(const Operand &operand) {
  bool narrow = operand.type == ElementType::bf16 || operand.type == ElementType::i8;
  return narrow ? 4 / bytes(operand.type) : 1;
}

/// The smallest of everything, which always fits: what the choices below are made from.
LoopNest LoopSpace::defaultNest(unsigned vectorAxis) const {
  LoopNest nest = decode(Schedule{std::vector<uint16_t>(knobList.size(), 0)});
  nest.vectorAxis = vectorAxis;
  for (unsigned a = 0; a < axes.size(); ++a) {
    LoopNest::Level &axis = nest.axes[a];
    axis.tile = axis.par = axis.extent;
    axis.reg = axis.kind == AxisKind::parallel && a == nest.vectorAxis
                   ? std::min(vectorLanes, axis.extent)
                   : 1;
    if (tiles && a == tiles->rows)
      axis.reg = std::min(tiles->registers().rows, axis.extent);
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
  return stepsAtOnce(operand) > 1 && !operand.isOutput && passes >= 4;
}

/// How many results use each element.
int64_t LoopSpace::usesOfEach(const Operand &operand) const {
  int64_t uses = 1;
  for (unsigned a = 0; a < axes.size(); ++a)
    if (axes[a].kind == AxisKind::parallel && strideAlong(operand, a) == 0)
      uses *= axes[a].extent;
  return uses;
}

/// Ahead of time, or because many rows of the result use each element.
bool LoopSpace::transposingPays(const Operand &operand) const {
  constexpr int64_t many = 64;
  return operand.isConstant || usesOfEach(operand) >= many;
}

/// Whether rows that L3 does not hold are walked for one tile of columns after another. Sums in the
/// lanes ask for a few of them at a time while the first tile goes over them, and memory has
/// nothing to do during the next; vectors along the columns walk all rows once.
bool LoopSpace::comesInBursts(unsigned reduction) const {
  constexpr double ours = 0.45; // of L3, which others use, too
  for (unsigned o = 0; o < operands.size(); ++o) {
    const Operand &operand = operands[o];
    if (operand.isOutput || !windows[o].empty() || transposable(operand, reduction) ||
        sizeInBytes(operand) <= ours * static_cast<double>(l3Bytes))
      continue;
    if (usesOfEach(operand) > maxAccumulators / 2) // columns; a tile has two rows or more
      return true;
  }
  return false;
}

/// The first choice; and the reduction whose sums may stay in the lanes, if what must be transposed
/// for that pays.
std::vector<unsigned> LoopSpace::defaultVectorAxes() const {
  if (vectorAxes.empty())
    return {0};
  std::vector<unsigned> found{vectorAxes.front()};
  for (unsigned a : vectorAxes)
    if (a != found.front() && !comesInBursts(a) &&
        std::any_of(operands.begin(), operands.end(), [&](const Operand &operand) {
          return transposable(operand, a) && transposingPays(operand);
        }))
      found.push_back(a);
  return found;
}

Schedule LoopSpace::chooseDefault() const {
  if (axes.empty())
    return {};
  Estimated best{{}, std::numeric_limits<double>::infinity()};
  for (unsigned axis : defaultVectorAxes())
    if (Estimated found = chooseUnits(defaultNest(axis)); found.cycles < best.cycles)
      best = std::move(found);
  LoopNest &nest = best.nest;
  if (tiles)
    keepPanelInL1(nest);
  else
    chooseOrders(nest);
  for (unsigned o = 0; o < operands.size(); ++o)
    nest.packed[o] = operands[o].shape.size() > 1 && packable(operands[o], nest) &&
                     (operands[o].isConstant || interleavingPays(operands[o], nest) ||
                      transposable(operands[o], nest.vectorAxis));
  Schedule schedule = encode(nest);
  assert(legal(schedule) && "the default schedule is legal");
  return schedule;
}

/// One factor passes L1 by while a block of the other stays there: the columns', if L2 holds all of
/// them; else the rows', of which so many are taken at once as stay in half of L2.
void LoopSpace::keepPanelInL1(LoopNest &nest) const {
  auto fitsL2 = [&](unsigned operand, const LoopNest &of) {
    double size = bytes(operands[operand].type);
    for (unsigned a = 0; a < axes.size(); ++a)
      if (strideAlong(operands[operand], a))
        size *= static_cast<double>(of.axes[a].tile);
    return size <= static_cast<double>(l2Bytes) / 2;
  };
  bool columnsPass = fitsL2(tiles->along, nest);
  nest.streamed = columnsPass ? tiles->along : tiles->spread;
  std::vector<unsigned> order = nest.innerOrder;
  std::stable_partition(order.begin(), order.end(),
                        [&](unsigned a) { return (a == tiles->columns) != columnsPass; });
  if (std::find(innerOrders.begin(), innerOrders.end(), order) != innerOrders.end())
    nest.innerOrder = order;
  if (columnsPass || !tiles->rows || nest.axes[*tiles->rows].par < nest.axes[*tiles->rows].extent)
    return;
  auto knob = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning &meaning) {
    return meaning.field == Meaning::Field::tile && meaning.index == *tiles->rows;
  });
  LoopNest smaller = nest;
  int64_t &tile = smaller.axes[*tiles->rows].tile;
  const auto &options = knobList[static_cast<size_t>(knob - meanings.begin())].options;
  for (size_t option = options.size(); option-- > 0 && !fitsL2(tiles->spread, nest);) {
    tile = static_cast<int64_t>(options[option]);
    if (legal(smaller))
      nest.axes[*tiles->rows].tile = tile;
  }
}

static int64_t unitsOf(const LoopNest &nest) {
  int64_t units = 1;
  for (const LoopNest::Level &axis : nest.axes)
    units *= unitsAlong(axis);
  return units;
}

/// Of one axis or two split among the threads, or none, what takes least by estimate; with the best
/// register tile, as that decides how even the shares are. Nearly equal: few units, outer axes.
LoopSpace::Estimated LoopSpace::chooseUnits(const LoopNest &nest) const {
  Estimated whole = chooseRegisterTile(nest);
  if (threads <= 1)
    return whole;
  constexpr double gain = 0.9, nearly = 1.02; // where a split gains no tenth, there is none
  std::vector<Estimated> tried;
  double least = gain * whole.cycles;
  for (const LoopNest &split : likelySplits(nest, whole.nest)) {
    tried.push_back(chooseRegisterTile(split));
    least = std::min(least, tried.back().cycles);
  }
  Estimated *best = nullptr;
  for (Estimated &split : tried)
    if (split.cycles <= nearly * least && (!best || unitsOf(split.nest) < unitsOf(best->nest)))
      best = &split;
  return best ? std::move(*best) : whole;
}

/// A few of the splits, in their order: those that take least with much the register tile of
/// the whole, which is often not far from the best.
std::vector<LoopNest> LoopSpace::likelySplits(const LoopNest &nest, const LoopNest &whole) const {
  std::vector<LoopNest> all = splits(nest);
  std::vector<std::pair<double, size_t>> order;
  for (size_t i = 0; i < all.size(); ++i) {
    LoopNest quick = all[i];
    for (unsigned a = 0; a < axes.size(); ++a) {
      LoopNest::Level &axis = quick.axes[a];
      bool unrolled = axis.kind == AxisKind::reduction && whole.axes[a].reg < axis.extent;
      axis.reg = unrolled ? 1 : std::min(whole.axes[a].reg, axis.tile);
      while (a == nest.vectorAxis && !wholeUpToItsEnd(axis, axis.tile, axis.reg))
        axis.reg -= vectorLanes;
    }
    quick.skipPad = whole.skipPad;
    findEdges(quick);
    constexpr double otherTile = 1.15, unit = 2e-3; // what others cost more, and each unit
    double cycles = estimatedCycles(quick) * (legal(quick) ? 1 : otherTile);
    order.emplace_back(cycles * (1 + unit * static_cast<double>(unitsOf(quick))), i);
  }
  constexpr size_t few = 12;
  std::sort(order.begin(), order.end());
  order.resize(std::min(few, order.size()));
  std::sort(order.begin(), order.end(),
            [](const auto &a, const auto &b) { return a.second < b.second; });
  std::vector<LoopNest> likely;
  for (auto [weight, i] : order)
    likely.push_back(std::move(all[i]));
  return likely;
}

/// Nests with one axis or two in units, each of one cache tile.
std::vector<LoopNest> LoopSpace::splits(const LoopNest &nest) const {
  std::vector<LoopNest> found{nest};
  for (size_t k = 0; k < knobList.size(); ++k) {
    if (meanings[k].field != Meaning::Field::par)
      continue;
    unsigned a = meanings[k].index;
    for (size_t i = 0, before = found.size(); i < before; ++i)
      for (double option : knobList[k].options) {
        LoopNest split = found[i];
        LoopNest::Level &axis = split.axes[a];
        axis.par = axis.tile = static_cast<int64_t>(option);
        axis.reg = std::min(axis.reg, axis.tile);
        bool second = i > 0; // few units each: that is for evenness
        auto most = static_cast<int64_t>(second ? 2 * threads : 8 * threads);
        auto splitAxes = std::count_if(split.axes.begin(), split.axes.end(), [](const auto &level) {
          return level.kind == AxisKind::parallel && level.par < level.extent;
        });
        if (axis.par < axis.extent && splitAxes <= 2 && unitsAlong(axis) <= most && legal(split))
          found.push_back(std::move(split));
      }
  }
  found.erase(found.begin());
  return found;
}

/// Where windows slide: down the columns of the image if they overlap, so that the rows of a window
/// are found in L1. The channels inside, as neighbours read the same pixels; but where the weights
/// of all channels do not stay in L2 outside, and where every channel has pixels of its own
/// (depthwise) and those of all channels do not stay in L1, around each column.
void LoopSpace::chooseOrders(LoopNest &nest) const {
  bool sliding = false, overlapping = false, shared = false;
  double weights = 0;
  for (unsigned o = 0; o < operands.size(); ++o) {
    const Operand &operand = operands[o];
    if (operand.isOutput)
      continue;
    sliding |= slides(operand);
    overlapping |= !windows[o].empty();
    if (slides(operand))
      shared |= strideAlong(operand, nest.vectorAxis) == 0;
    else
      weights = std::max(weights, sizeInBytes(operand));
  }
  if (!sliding)
    return;
  std::vector<unsigned> order = nest.innerOrder;
  std::sort(order.begin(), order.end());
  if (overlapping)
    std::reverse(order.begin(), order.end());
  auto channels = std::stable_partition(order.begin(), order.end(),
                                        [&](unsigned a) { return a != nest.vectorAxis; });
  bool outside = shared && weights > 4 * static_cast<double>(l2Bytes);
  bool aroundColumns = !shared && overlapping && !walkStaysInL1(nest);
  if (outside)
    std::rotate(order.begin(), channels, order.end());
  else if (aroundColumns && channels != order.begin() && channels != order.end())
    std::iter_swap(channels - 1, channels);
  if (std::find(innerOrders.begin(), innerOrders.end(), order) != innerOrders.end())
    nest.innerOrder = order;
}

/// Of the register tiles that are legal, the one with the least estimated cycles, tails and padding
/// included; then as much unrolling as stays small.
LoopSpace::Estimated LoopSpace::chooseRegisterTile(LoopNest nest) const {
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
  for (unsigned o = 0; o < operands.size(); ++o)
    if (hasOwnPixels(o, nest))
      if (auto &taps = candidate.axes[windows[o].back().tap]; taps.extent <= 8)
        taps.reg = taps.extent; // neighbours share what they read
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
  int64_t steps = 1;
  for (const Operand &operand : operands)
    steps = std::max(steps, tiles ? 1 : stepsAtOnce(operand));
  if (!nest.reductionOrder.empty())
    if (unsigned a = nest.reductionOrder.back(); a != nest.vectorAxis && axes[a].extent > 8)
      candidate.axes[a].reg = steps; // a larger tile is worth less than they are
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
  for (size_t i = tiles ? 0 : nest.reductionOrder.size(); i-- > 0;) {
    LoopNest::Level &axis = nest.axes[nest.reductionOrder[i]];
    if (axis.extent <= 8 || axis.reg > steps || nest.reductionOrder[i] == nest.vectorAxis)
      continue;
    // Not by two: LLVM loads both steps' vectors first, and 9 rows by 3 vectors spill.
    int64_t before = std::exchange(axis.reg, 4);
    if (codeSize(nest, vectorLanes) > 256 || !legal(nest))
      axis.reg = before;
    break;
  }
  return {std::move(nest), least};
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
    case Field::stream:
      choice = static_cast<uint16_t>(nest.streamed ? *nest.streamed + 1 : 0);
      break;
    }
  }
  return schedule;
}

} // namespace alt
