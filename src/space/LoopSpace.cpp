#include "space/LoopSpace.h"
#include <algorithm>
#include <cassert>
#include <cmath>

namespace alt {

namespace {

std::vector<int64_t> divisors(int64_t n) {
  std::vector<int64_t> found;
  for (int64_t d = 1; d <= n; ++d)
    if (n % d == 0)
      found.push_back(d);
  return found;
}

/// At most `count` of the values, ends kept, evenly spread.
std::vector<int64_t> thinned(std::vector<int64_t> values, size_t count) {
  if (values.size() <= count)
    return values;
  std::vector<int64_t> kept;
  for (size_t i = 0; i < count; ++i)
    kept.push_back(values[i * (values.size() - 1) / (count - 1)]);
  return kept;
}

int64_t coefficient(const IndexExpr &index, unsigned axis) {
  for (const IndexExpr::Term &term : index.terms)
    if (term.axis == axis)
      return term.coefficient;
  return 0;
}

/// How well vectors run along `axis` in this operand: 2 contiguous, 1 not at all (a broadcast),
/// -4 strided (lane by lane, which costs more than all else gains).
int vectorFit(const Operand &operand, unsigned axis) {
  int fit = 1;
  for (size_t d = 0; d < operand.index.size(); ++d)
    if (int64_t c = coefficient(operand.index[d], axis))
      fit = d + 1 == operand.index.size() && c == 1 && fit == 1 ? 2 : -4;
  return fit;
}

int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace

LoopSpace::LoopSpace(const Workload &workload, const Target &target, unsigned threads)
    : axes(workload.axes), operands(workload.operands), vectorLanes(target.vectorBits / 32),
      // Some registers stay free for what is multiplied into the accumulators.
      maxAccumulators(target.vectorRegisters - 2), threads(threads) {
  using Field = Meaning::Field;
  std::vector<unsigned> parallel, reduction;
  for (unsigned a = 0; a < axes.size(); ++a)
    if (axes[a].extent > 1)
      (axes[a].kind == AxisKind::parallel ? parallel : reduction).push_back(a);

  vectorAxes = vectorCandidates();
  std::vector<std::string> labels;
  for (unsigned a : vectorAxes)
    labels.push_back(axes[a].name);
  addChoice({Field::vector}, "vector", labels);

  for (unsigned a : parallel) {
    int64_t extent = axes[a].extent;
    std::vector<int64_t> sizes;
    for (int64_t s : {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28})
      if (s <= extent)
        sizes.push_back(s);
    if (std::find(vectorAxes.begin(), vectorAxes.end(), a) != vectorAxes.end()) {
      for (int64_t vectors : {1, 2, 3, 4, 5, 6, 8, 12, 16, 24})
        if (vectors * vectorLanes <= extent)
          sizes.push_back(vectors * vectorLanes);
      if (extent <= 4 * vectorLanes)
        sizes.push_back(extent);
    }
    addKnob({Field::reg, a}, "reg." + axes[a].name, sizes);
    addKnob({Field::tile, a}, "tile." + axes[a].name, thinned(divisors(extent), 16));
    if (threads > 1) {
      std::vector<int64_t> units;
      for (int64_t d : divisors(extent))
        if (extent / d <= 8 * threads)
          units.push_back(d);
      addKnob({Field::par, a}, "par." + axes[a].name, thinned(units, 10));
    }
  }
  for (unsigned a : reduction) {
    int64_t extent = axes[a].extent;
    std::vector<int64_t> blocks = {extent}, unrolls = {1};
    if (extent >= 64)
      for (int64_t d : divisors(extent))
        if (d >= 32)
          blocks.push_back(d);
    for (int64_t u : {2, 3, 4, 5, 7, 8, 16})
      if (u <= extent && (extent > 8 ? (u & (u - 1)) == 0 : u == extent))
        unrolls.push_back(u);
    addKnob({Field::tile, a}, "block." + axes[a].name, thinned(blocks, 8));
    addKnob({Field::reg, a}, "unroll." + axes[a].name, unrolls);
  }
  for (unsigned o = 0; o < operands.size(); ++o)
    if (!operands[o].isOutput && operands[o].shape.size() > 1 &&
        std::any_of(vectorAxes.begin(), vectorAxes.end(),
                    [&](unsigned a) { return vectorFit(operands[o], a) == 2; }))
      addKnob({Field::pack, o}, "pack." + operands[o].name, {0, 1});
  findPaddedAxes();
  for (const Operand &operand : operands)
    if (!operand.padLow.empty()) {
      double elements = 1;
      for (int64_t extent : operand.shape)
        elements *= static_cast<double>(extent);
      cheapPerElement = static_cast<double>(workload.flops) < 100 * elements;
    }
  if (!paddedAxes.empty())
    addChoice({Field::pad}, "pad", {"copy", "skip"});
  addOrder(Field::outerOrder, "outer", parallel);
  addOrder(Field::innerOrder, "inner", parallel);
  addOrder(Field::reductionOrder, "reduce", reduction);
  fallback = chooseDefault();
}

void LoopSpace::addKnob(Meaning meaning, std::string name, std::vector<int64_t> options) {
  std::sort(options.begin(), options.end());
  options.erase(std::unique(options.begin(), options.end()), options.end());
  if (options.empty())
    return;
  knobList.push_back({std::move(name), Knob::Kind::ordinal, {options.begin(), options.end()}, {}});
  meanings.push_back(meaning);
}

void LoopSpace::addChoice(Meaning meaning, std::string name, std::vector<std::string> labels) {
  if (labels.empty())
    return;
  Knob knob{std::move(name), Knob::Kind::categorical, {}, std::move(labels)};
  for (size_t i = 0; i < knob.labels.size(); ++i)
    knob.options.push_back(static_cast<double>(i));
  knobList.push_back(std::move(knob));
  meanings.push_back(meaning);
}

/// Orders of the loops over `axes`: all of them up to three axes; beyond, those that move one axis
/// innermost or outermost and leave the rest in place.
void LoopSpace::addOrder(Meaning::Field field, std::string name, const std::vector<unsigned> &loops) {
  std::vector<std::vector<unsigned>> orders;
  if (loops.size() <= 3) {
    std::vector<unsigned> order = loops;
    do
      orders.push_back(order);
    while (std::next_permutation(order.begin(), order.end()));
  } else {
    orders.push_back(loops);
    for (size_t i = 0; i < loops.size(); ++i) {
      std::vector<unsigned> first = loops, last = loops;
      std::rotate(first.begin(), first.begin() + i, first.begin() + i + 1);
      std::rotate(last.begin() + i, last.begin() + i + 1, last.end());
      for (auto &order : {first, last})
        if (std::find(orders.begin(), orders.end(), order) == orders.end())
          orders.push_back(order);
    }
  }
  std::vector<std::string> labels;
  for (const auto &order : orders) {
    std::string label;
    for (unsigned a : order)
      label += (label.empty() ? "" : ",") + axes[a].name;
    labels.push_back(label.empty() ? "none" : label);
  }
  (field == Meaning::Field::outerOrder   ? outerOrders
   : field == Meaning::Field::innerOrder ? innerOrders
                                         : reductionOrders) = orders;
  if (orders.size() > 1)
    addChoice({field}, std::move(name), labels);
}

/// Axes that vectors may run along, best first: contiguous in the output and in most inputs;
/// reduction axes (partial sums in the lanes) only where no parallel axis is contiguous anywhere.
std::vector<unsigned> LoopSpace::vectorCandidates() const {
  std::vector<std::pair<int, unsigned>> scored;
  for (unsigned a = 0; a < axes.size(); ++a) {
    if (axes[a].extent < 2)
      continue;
    int score = 0;
    bool contiguous = false;
    for (const Operand &operand : operands) {
      int fit = vectorFit(operand, a);
      score += operand.isOutput ? 2 * fit : fit;
      contiguous |= fit == 2;
    }
    if (!contiguous)
      continue;
    if (axes[a].kind == AxisKind::reduction)
      score -= 3; // the final sum across lanes
    if (axes[a].extent < vectorLanes / 2)
      score -= 2;
    scored.push_back({-score, a});
  }
  std::sort(scored.begin(), scored.end());
  std::vector<unsigned> found;
  for (auto [score, a] : scored)
    if (found.empty() || (found.size() < 2 && -score > 0))
      found.push_back(a);
  return found;
}

LoopNest LoopSpace::decode(const Schedule &schedule) const {
  LoopNest nest;
  decode(schedule, nest);
  return nest;
}

void LoopSpace::decode(const Schedule &schedule, LoopNest &nest) const {
  using Field = Meaning::Field;
  nest.axes.clear();
  for (const Axis &axis : axes)
    nest.axes.push_back({axis.extent, axis.kind, axis.extent, axis.extent, 1});
  nest.packed.assign(operands.size(), false);
  nest.vectorAxis = vectorAxes.empty() ? 0 : vectorAxes.front();
  nest.outerOrder = outerOrders.front();
  nest.innerOrder = innerOrders.front();
  nest.reductionOrder = reductionOrders.front();
  for (size_t k = 0; k < meanings.size(); ++k) {
    size_t choice = schedule.choice[k];
    auto value = static_cast<int64_t>(knobList[k].options[choice]);
    unsigned index = meanings[k].index;
    switch (meanings[k].field) {
    case Field::vector: nest.vectorAxis = vectorAxes[choice]; break;
    case Field::reg: nest.axes[index].reg = value; break;
    case Field::tile: nest.axes[index].tile = value; break;
    case Field::par: nest.axes[index].par = value; break;
    case Field::outerOrder: nest.outerOrder = outerOrders[choice]; break;
    case Field::innerOrder: nest.innerOrder = innerOrders[choice]; break;
    case Field::reductionOrder: nest.reductionOrder = reductionOrders[choice]; break;
    case Field::pack: nest.packed[index] = value != 0; break;
    case Field::pad: nest.skipPad = value != 0; break;
    }
  }
  nest.edges.clear();
  if (nest.skipPad)
    for (const PaddedAxis &padded : paddedAxes)
      if (nest.axes[padded.axis].reg > 1)
        nest.edges.push_back(padded.axis);
}

bool LoopSpace::legal(const Schedule &schedule) const {
  if (schedule.choice.size() != knobList.size())
    return false;
  for (size_t k = 0; k < knobList.size(); ++k)
    if (schedule.choice[k] >= knobList[k].options.size())
      return false;
  return legal(decode(schedule));
}

bool LoopSpace::legal(const LoopNest &nest) const {
  int64_t accumulators = 1, unrolled = 1, units = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a) {
    const LoopNest::Level &axis = nest.axes[a];
    if (axis.kind == AxisKind::reduction) {
      if (axis.reg > axis.tile)
        return false;
      unrolled *= axis.reg;
      continue;
    }
    if (axis.par % axis.tile != 0 || axis.reg > axis.tile)
      return false;
    // Lanes are for the vector axis; along any other a register tile is a count of vectors.
    accumulators *= a == nest.vectorAxis ? ceilDiv(axis.reg, vectorLanes) : axis.reg;
    units *= axis.extent / axis.par;
  }
  for (unsigned o = 0; o < operands.size(); ++o)
    if (nest.packed[o] && !packable(operands[o], nest))
      return false;
  if (nest.skipPad && !canSkipPad(nest))
    return false;
  if (accumulators > maxAccumulators || accumulators * unrolled > 256)
    return false;
  return threads <= 1 || units <= 64 * static_cast<int64_t>(threads);
}

/// Panels follow the register tile of the vector axis, so tiles must start at whole panels.
bool LoopSpace::packable(const Operand &operand, const LoopNest &nest) const {
  const LoopNest::Level &axis = nest.axes[nest.vectorAxis];
  auto startsAtPanels = [&](int64_t tile) { return tile == axis.extent || tile % axis.reg == 0; };
  return axis.kind == AxisKind::parallel && vectorFit(operand, nest.vectorAxis) == 2 &&
         startsAtPanels(axis.tile) && startsAtPanels(axis.par) &&
         operand.shape.back() == axis.extent;
}

/// Windows over padded dimensions, if all padding is of that kind (one sliding axis, one window axis).
void LoopSpace::findPaddedAxes() {
  for (const Operand &operand : operands)
    for (size_t d = 0; d < operand.padLow.size(); ++d) {
      int64_t low = operand.padLow[d], high = operand.padHigh[d];
      if (low == 0 && high == 0)
        continue;
      PaddedAxis padded{UINT32_MAX, UINT32_MAX, 0, 0};
      int64_t stride = 1, dilation = 1;
      for (const IndexExpr::Term &term : operand.index[d].terms)
        if (axes[term.axis].kind == AxisKind::parallel) {
          padded.axis = term.axis;
          stride = term.coefficient;
        } else {
          padded.window = term.axis;
          dilation = term.coefficient;
        }
      if (operand.index[d].terms.size() != 2 || padded.axis == UINT32_MAX ||
          padded.window == UINT32_MAX || axes[padded.window].extent > 16) {
        paddedAxes.clear();
        return;
      }
      int64_t reach = (axes[padded.window].extent - 1) * dilation;
      int64_t end = operand.shape[d] - high; // first padded position after the source
      for (int64_t o = 0; o < axes[padded.axis].extent; ++o) {
        padded.atLow += o * stride < low;
        padded.atHigh += o * stride + reach >= end;
      }
      paddedAxes.push_back(padded);
    }
}

/// Along one padded axis a register tile may hold several outputs: then its first and last tiles are
/// written out with their taps known (so the window must be unrolled and the axis not be cut
/// elsewhere). Along the others the window's loop bounds follow the position, one output at a time.
bool LoopSpace::canSkipPad(const LoopNest &nest) const {
  unsigned wide = 0;
  for (const PaddedAxis &padded : paddedAxes) {
    const LoopNest::Level &axis = nest.axes[padded.axis];
    if (padded.axis == nest.vectorAxis || padded.window == nest.vectorAxis)
      return false;
    const LoopNest::Level &window = nest.axes[padded.window];
    if (window.tile != window.extent)
      return false;
    if (axis.reg == 1)
      continue;
    int64_t last = axis.extent % axis.reg ? axis.extent % axis.reg : axis.reg;
    if (++wide > 1 || axis.tile != axis.extent || axis.par != axis.extent ||
        window.reg != window.extent || padded.atLow > axis.reg || padded.atHigh > last)
      return false;
  }
  return true;
}

Schedule LoopSpace::random(Rng &rng) const {
  // Rejection, then repair: constraints couple few knobs, so a handful of tries is the rule.
  Schedule schedule{std::vector<uint16_t>(knobList.size())};
  for (int attempt = 0; attempt < 64; ++attempt) {
    for (size_t k = 0; k < knobList.size(); ++k)
      schedule.choice[k] = static_cast<uint16_t>(rng() % knobList[k].options.size());
    if (legal(schedule))
      return schedule;
  }
  // Shrink register tiles and unrolls, then open tiles, until it fits.
  while (!legal(schedule)) {
    std::vector<size_t> movable;
    for (size_t k = 0; k < knobList.size(); ++k)
      if (schedule.choice[k] != fallback.choice[k])
        movable.push_back(k);
    assert(!movable.empty() && "the default schedule is legal");
    size_t k = movable[rng() % movable.size()];
    schedule.choice[k] = fallback.choice[k];
  }
  return schedule;
}

Schedule LoopSpace::neighbour(const Schedule &from, Rng &rng) const {
  std::vector<size_t> movable;
  for (size_t k = 0; k < knobList.size(); ++k)
    if (knobList[k].options.size() > 1)
      movable.push_back(k);
  if (movable.empty())
    return from;
  for (int attempt = 0; attempt < 64; ++attempt) {
    Schedule next = from;
    size_t k = movable[rng() % movable.size()];
    auto count = static_cast<uint16_t>(knobList[k].options.size());
    if (knobList[k].kind == Knob::Kind::ordinal && rng() % 2) {
      // Half of the moves go one option up or down: the surface is smooth along sizes.
      int step = rng() % 2 ? 1 : -1;
      int moved = from.choice[k] + step;
      if (moved < 0 || moved >= count)
        continue;
      next.choice[k] = static_cast<uint16_t>(moved);
    } else {
      next.choice[k] = static_cast<uint16_t>((from.choice[k] + 1 + rng() % (count - 1)) % count);
    }
    if (legal(next))
      return next;
  }
  return random(rng);
}

double LoopSpace::size() const {
  double product = 1;
  for (const Knob &knob : knobList)
    product *= static_cast<double>(knob.options.size());
  // The legal share, sampled with a fixed seed so that the figure is the same on every run.
  Rng rng(1);
  int legalCount = 0, samples = 4000;
  Schedule schedule{std::vector<uint16_t>(knobList.size())};
  for (int i = 0; i < samples; ++i) {
    for (size_t k = 0; k < knobList.size(); ++k)
      schedule.choice[k] = static_cast<uint16_t>(rng() % knobList[k].options.size());
    legalCount += legal(schedule);
  }
  return std::max(1.0, std::round(product * legalCount / samples));
}

/// Two vectors wide, as many rows as the registers hold (innermost other axis first), no cache
/// tiles, reductions unrolled a little: right for most kernels without measuring anything.
Schedule LoopSpace::chooseDefault() const {
  using Field = Meaning::Field;
  Schedule schedule{std::vector<uint16_t>(knobList.size(), 0)};
  unsigned vectorAxis = vectorAxes.empty() ? UINT32_MAX : vectorAxes.front();
  auto setLargest = [&](size_t k, int64_t limit) {
    const auto &options = knobList[k].options;
    uint16_t choice = 0;
    for (size_t o = 0; o < options.size(); ++o)
      if (options[o] <= static_cast<double>(limit))
        choice = static_cast<uint16_t>(o);
    schedule.choice[k] = choice;
    return static_cast<int64_t>(options[choice]);
  };
  int64_t budget = maxAccumulators * 4 / 5;
  for (size_t k = 0; k < knobList.size(); ++k) {
    unsigned a = meanings[k].index;
    if (meanings[k].field == Field::tile || meanings[k].field == Field::par)
      schedule.choice[k] = static_cast<uint16_t>(knobList[k].options.size() - 1);
    if (meanings[k].field == Field::reg && a == vectorAxis) {
      int64_t width = setLargest(k, axes[a].kind == AxisKind::parallel ? 2 * vectorLanes : 1);
      if (axes[a].kind == AxisKind::parallel)
        budget /= ceilDiv(width, vectorLanes);
    }
  }
  for (size_t k = knobList.size(); k-- > 0;) {
    unsigned a = meanings[k].index;
    if (meanings[k].field != Field::reg || a == vectorAxis)
      continue;
    if (axes[a].kind == AxisKind::reduction) {
      setLargest(k, axes[a].extent > 8 ? 4 : 1);
      continue;
    }
    // Of the tiles that fit, the one that wastes least at the end of the axis.
    double best = 0;
    for (double option : knobList[k].options) {
      auto tile = static_cast<int64_t>(option);
      if (tile > budget || tile > 14)
        continue;
      int64_t trips = ceilDiv(axes[a].extent, tile);
      double use = static_cast<double>(axes[a].extent) / static_cast<double>(trips * tile);
      double score = use * std::sqrt(static_cast<double>(tile));
      if (score > best) {
        best = score;
        setLargest(k, tile);
      }
    }
    budget /= std::max<int64_t>(1, static_cast<int64_t>(knobList[k].options[schedule.choice[k]]));
  }
  if (threads > 1)
    for (size_t k = 0; k < knobList.size(); ++k) // the outermost axis that has a unit for everyone
      if (meanings[k].field == Field::par &&
          axes[meanings[k].index].extent >= 2 * static_cast<int64_t>(threads)) {
        unsigned a = meanings[k].index;
        int64_t unit = setLargest(k, axes[a].extent / threads);
        for (size_t t = 0; t < knobList.size(); ++t)
          if (meanings[t].index == a && meanings[t].field == Field::tile)
            while (schedule.choice[t] > 0 &&
                   unit % static_cast<int64_t>(knobList[t].options[schedule.choice[t]]) != 0)
              --schedule.choice[t];
        for (size_t r = 0; r < knobList.size(); ++r)
          if (meanings[r].index == a && meanings[r].field == Field::reg)
            setLargest(r, std::min<int64_t>(decode(schedule).axes[a].tile,
                                            decode(schedule).axes[a].reg));
        break;
      }
  for (size_t k = 0; k < knobList.size(); ++k)
    if (meanings[k].field == Field::pack && operands[meanings[k].index].isConstant) {
      schedule.choice[k] = 1; // done ahead of time, and never worse than a row apart by N
      if (!legal(schedule))
        schedule.choice[k] = 0;
    }
  if (!paddedAxes.empty() && cheapPerElement)
    skipPadByDefault(schedule);
  // The smallest of everything always fits; reached only by odd shapes.
  for (size_t k = 0; k < knobList.size() && !legal(schedule); ++k)
    if (meanings[k].field == Field::reg)
      schedule.choice[k] = 0;
  assert(legal(schedule) && "the default schedule is legal");
  return schedule;
}

/// Where a padded element is used few times (depthwise), copying it costs more than it saves.
void LoopSpace::skipPadByDefault(Schedule &schedule) const {
  using Field = Meaning::Field;
  Schedule skipping = schedule;
  auto set = [&](Field field, unsigned index, int64_t value) {
    for (size_t k = 0; k < knobList.size(); ++k)
      if (meanings[k].field == field && meanings[k].index == index)
        for (size_t o = 0; o < knobList[k].options.size(); ++o)
          if (static_cast<int64_t>(knobList[k].options[o]) == value)
            skipping.choice[k] = static_cast<uint16_t>(o);
  };
  for (const PaddedAxis &padded : paddedAxes)
    if (&padded == &paddedAxes.back())
      set(Field::reg, padded.window, axes[padded.window].extent);
    else
      set(Field::reg, padded.axis, 1);
  set(Field::pad, 0, 1);
  if (legal(skipping))
    schedule = skipping;
}

std::unique_ptr<SearchSpace> makeSearchSpace(const Workload &workload, const Target &target,
                                             unsigned threads) {
  return std::make_unique<LoopSpace>(workload, target, threads);
}

} // namespace alt
