#include "space/LoopSpace.h"
#include <algorithm>
#include <cassert>
#include <cmath>

namespace alt {

namespace {

std::vector<int64_t> divisors(int64_t n) {
  std::vector<int64_t> found, large;
  for (int64_t d = 1; d * d <= n; ++d)
    if (n % d == 0) {
      found.push_back(d);
      if (d * d != n)
        large.push_back(n / d);
    }
  found.insert(found.end(), large.rbegin(), large.rend());
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

} // namespace

LoopSpace::LoopSpace(const Workload &workload, const Target &target, unsigned threads,
                     std::vector<std::string> withheld, const std::vector<int64_t> &unitSteps,
                     std::optional<TileProduct> tileProduct)
    : axes(workload.axes), operands(workload.operands), tiles(tileProduct),
      singleLanes(target.vectorBits / 32),
      vectorLanes(tiles ? tiles->tileColumns() : accumulatorLanes(workload, target)),
      // Some registers stay free for what is multiplied into the accumulators.
      maxAccumulators(target.vectorRegisters - 2), l1Bytes(target.l1Bytes), l2Bytes(target.l2Bytes),
      l3Bytes(target.l3Bytes), threads(threads), withheld(std::move(withheld)) {
  using Field = Meaning::Field;
  std::vector<unsigned> parallel, reduction;
  for (unsigned a = 0; a < axes.size(); ++a)
    if (axes[a].extent > 1)
      (axes[a].kind == AxisKind::parallel ? parallel : reduction).push_back(a);

  for (const Operand &operand : operands)
    windows.push_back(windowsOver(operand, axes));
  findPaddedAxes(operands);
  if (tiles) // padding is copied: tiles have rows of one shape
    paddedAxes.clear();
  vectorAxes = tiles ? std::vector{tiles->columns} : vectorCandidates();
  for (const FusedResult &result : workload.fusedResults)
    if (!tiles && outgrowsAccumulators(result)) // beside tiles they go by rows
      fused.push_back(result);
  if (tiles) // the depth is innermost
    std::stable_partition(reduction.begin(), reduction.end(),
                          [&](unsigned a) { return a != tiles->depth; });
  std::vector<std::string> labels;
  for (unsigned a : vectorAxes)
    labels.push_back(axes[a].name);
  addChoice({Field::vector}, "vector", labels);

  for (unsigned a : parallel) {
    std::vector<int64_t> units = unitSizes(a, unitSteps.empty() ? 1 : unitSteps[a]),
                         cached = cacheTiles(a);
    cached.insert(cached.end(), units.begin(), units.end());
    addKnob({Field::reg, a}, "reg." + axes[a].name, registerSizes(a, workload));
    addKnob({Field::tile, a}, "tile." + axes[a].name, cached);
    addKnob({Field::par, a}, "par." + axes[a].name, units);
  }
  for (unsigned a : reduction)
    addReduction(a);
  for (unsigned o = 0; o < operands.size(); ++o)
    if (!operands[o].isOutput && operands[o].shape.size() > 1 &&
        std::any_of(vectorAxes.begin(), vectorAxes.end(),
                    [&](unsigned a) { return vectorFit(operands[o], a) == 2; }))
      addKnob({Field::pack, o}, "pack." + operands[o].name, {0, 1});
  if (!paddedAxes.empty())
    addChoice({Field::pad}, "pad", {"copy", "skip"});
  addOrder(Field::outerOrder, "outer", parallel);
  addOrder(Field::innerOrder, "inner", parallel);
  addOrder(Field::reductionOrder, "reduce", reduction);
  if (tiles)
    addStream();
  fallback = chooseDefault();
}

bool LoopSpace::hasVectors(unsigned axis) const {
  return std::find(vectorAxes.begin(), vectorAxes.end(), axis) != vectorAxes.end();
}

std::vector<int64_t> LoopSpace::registerSizes(unsigned a, const Workload &workload) const {
  if (tiles)
    return tiles->sizesAlong(a, workload);
  int64_t extent = axes[a].extent;
  bool vectors = hasVectors(a),
       onlyVectors = vectors && vectorAxes.size() == 1; // else legal() tells
  std::vector<int64_t> sizes;
  for (int64_t s : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28})
    if (s <= extent && !onlyVectors)
      sizes.push_back(s);
  for (int64_t s : {1, 2, 3, 4, 5, 6, 8, 12, 16, 24})
    if (s * vectorLanes <= extent && vectors)
      sizes.push_back(s * vectorLanes);
  if (extent <= (vectors ? 8 * vectorLanes : 28)) // primes, too, in one tile
    sizes.push_back(extent);
  return sizes;
}

std::vector<int64_t> LoopSpace::cacheTiles(unsigned a) const {
  bool onlyVectors = hasVectors(a) && vectorAxes.size() == 1;
  std::vector<int64_t> sizes;
  for (int64_t d : divisors(axes[a].extent))
    if (!onlyVectors || d % vectorLanes == 0 || d == axes[a].extent)
      sizes.push_back(d);
  return thinned(sizes, 16);
}

/// Blocks of a reduction, and how often it is unrolled. Of a tile's depth that is in products.
void LoopSpace::addReduction(unsigned a) {
  using Field = Meaning::Field;
  int64_t extent = axes[a].extent;
  std::vector<int64_t> blocks = {extent}, unrolls = {1};
  if (tiles) {
    if (a == tiles->depth) {
      blocks = tiles->blocksOf(extent);
      for (int64_t u : {2, 4})
        if (u <= tiles->products(extent))
          unrolls.push_back(u);
    }
  } else {
    if (extent >= 64)
      for (int64_t d : divisors(extent))
        if (d >= 32)
          blocks.push_back(d);
    for (int64_t u : {2, 3, 4, 5, 6, 7, 8, 16})
      if (u <= extent && (extent > 8 ? (u & (u - 1)) == 0 : u == extent))
        unrolls.push_back(u);
  }
  addKnob({Field::tile, a}, "block." + axes[a].name, thinned(blocks, 8));
  addKnob({Field::reg, a}, "unroll." + axes[a].name, unrolls);
}

/// None, or one of the factors.
void LoopSpace::addStream() {
  addChoice({Meaning::Field::stream}, "stream", {"none", operands[0].name, operands[1].name});
}

/// What a thread may take of a parallel axis: parts that divide it, and the most even ones that
/// have whole vectors (the last one is shorter), of which each thread gets one, two or four.
std::vector<int64_t> LoopSpace::unitSizes(unsigned a, int64_t unitStep) const {
  if (threads <= 1)
    return {};
  int64_t extent = axes[a].extent;
  bool vectors = hasVectors(a), onlyVectors = vectors && vectorAxes.size() == 1;
  std::vector<int64_t> sizes;
  for (int64_t d : divisors(extent))
    if (extent / d <= 8 * threads && (!onlyVectors || d % vectorLanes == 0 || d == extent))
      sizes.push_back(d);
  sizes = thinned(sizes, 10);
  std::vector<int64_t> steps;
  if (!onlyVectors)
    steps = {unitStep};
  if (vectors)
    for (int64_t count : {1, 2, 3, 4})
      steps.push_back(count * vectorLanes);
  for (int64_t units : {1, 2, 4})
    for (int64_t step : steps)
      if (int64_t size = ceilDiv(ceilDiv(extent, units * threads), step) * step; size < extent)
        sizes.push_back(size);
  return sizes;
}

void LoopSpace::addKnob(Meaning meaning, std::string name, std::vector<int64_t> options) {
  std::sort(options.begin(), options.end());
  options.erase(std::unique(options.begin(), options.end()), options.end());
  if (options.empty() || isWithheld(name))
    return;
  knobList.push_back({std::move(name), Knob::Kind::ordinal, {options.begin(), options.end()}, {}});
  meanings.push_back(meaning);
}

bool LoopSpace::isWithheld(const std::string &name) const {
  return std::find(withheld.begin(), withheld.end(), name) != withheld.end();
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
void LoopSpace::addOrder(Meaning::Field field, std::string name,
                         const std::vector<unsigned> &loops) {
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
  if (orders.size() > 1 && !isWithheld(name))
    addChoice({field}, std::move(name), labels);
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
  nest.inTiles = tiles.has_value();
  nest.streamed.reset();
  if (tiles)
    nest.packed[tiles->along] = true;
  nest.vectorAxis = vectorAxes.empty() ? 0 : vectorAxes.front();
  nest.outerOrder = outerOrders.front();
  nest.innerOrder = innerOrders.front();
  nest.reductionOrder = reductionOrders.front();
  for (size_t k = 0; k < meanings.size(); ++k) {
    size_t choice = schedule.choice[k];
    auto value = static_cast<int64_t>(knobList[k].options[choice]);
    unsigned index = meanings[k].index;
    switch (meanings[k].field) {
    case Field::vector:
      nest.vectorAxis = vectorAxes[choice];
      break;
    case Field::reg:
      nest.axes[index].reg = value;
      break;
    case Field::tile:
      nest.axes[index].tile = value;
      break;
    case Field::par:
      nest.axes[index].par = value;
      break;
    case Field::outerOrder:
      nest.outerOrder = outerOrders[choice];
      break;
    case Field::innerOrder:
      nest.innerOrder = innerOrders[choice];
      break;
    case Field::reductionOrder:
      nest.reductionOrder = reductionOrders[choice];
      break;
    case Field::pack:
      nest.packed[index] = value != 0;
      break;
    case Field::pad:
      nest.skipPad = value != 0;
      break;
    case Field::stream:
      if (choice > 0)
        nest.streamed = static_cast<unsigned>(choice - 1);
      break;
    }
  }
  findEdges(nest);
}

bool LoopSpace::legal(const Schedule &schedule) const {
  if (schedule.choice.size() != knobList.size())
    return false;
  for (size_t k = 0; k < knobList.size(); ++k)
    if (schedule.choice[k] >= knobList[k].options.size())
      return false;
  return legal(decode(schedule));
}

/// LoopConstraints.cpp says the same for people.
bool LoopSpace::legal(const LoopNest &nest) const {
  int64_t accumulators = 1, units = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a) {
    const LoopNest::Level &axis = nest.axes[a];
    if (axis.reg > axis.tile)
      return false;
    if (axis.kind == AxisKind::reduction)
      continue;
    int64_t rest = axis.extent % axis.par; // the last unit, if it is shorter
    if (axis.par % axis.tile != 0 || (rest % axis.tile != 0 && axis.tile != axis.par))
      return false;
    // Lanes are for the vector axis; along any other a register tile is a count of vectors.
    accumulators *= a == nest.vectorAxis ? ceilDiv(axis.reg, vectorLanes) : axis.reg;
    if (a == nest.vectorAxis && !(wholeUpToItsEnd(axis, axis.reg, vectorLanes) &&
                                  wholeUpToItsEnd(axis, axis.tile, axis.reg)))
      return false;
    units *= unitsAlong(axis);
  }
  for (unsigned o = 0; o < operands.size(); ++o)
    if (nest.packed[o] && !packable(operands[o], nest))
      return false;
  if (nest.skipPad && !canSkipPad(nest))
    return false;
  if (!fitsRegisters(nest, accumulators))
    return false;
  return fusedOpsFit(nest) && (threads <= 1 || units <= 64 * static_cast<int64_t>(threads));
}

/// Of tiles the code is small: they are loops over products.
bool LoopSpace::fitsRegisters(const LoopNest &nest, int64_t accumulators) const {
  return tiles ? tiles->fits(tiles->rowTiles(nest), tiles->columnTiles(nest))
               : accumulators <= maxAccumulators && codeSize(nest, vectorLanes) <= maxCodeSize;
}

/// Where the reduction goes in blocks, they pass over the cache tile by themselves, in small steps.
bool LoopSpace::fusedOpsFit(const LoopNest &nest) const {
  return nest.blocked() || std::all_of(fused.begin(), fused.end(), [&](const FusedResult &result) {
           return fusedVectors(nest, result, singleLanes) <= maxFusedVectors;
         });
}

/// Those whose vectors run as the anchor's do have as many as it has, or, of wide elements, twice
/// as many, and those fit.
bool LoopSpace::outgrowsAccumulators(const FusedResult &result) const {
  return std::any_of(vectorAxes.begin(), vectorAxes.end(), [&](unsigned a) {
    return axes[a].kind == AxisKind::parallel && !result.axes.empty() && result.axes.back() != a;
  });
}

Schedule LoopSpace::random(Rng &rng) const {
  Schedule schedule{std::vector<uint16_t>(knobList.size())};
  auto roll = [&](size_t k) {
    schedule.choice[k] = static_cast<uint16_t>(rng() % knobList[k].options.size());
  };
  for (size_t k = 0; k < knobList.size(); ++k)
    roll(k);
  // Each constraint couples few knobs, so that rolling one at a time again soon finds a legal
  // point.
  for (int attempt = 0; attempt < 500; ++attempt) {
    if (legal(schedule))
      return schedule;
    roll(rng() % knobList.size());
  }
  return fallback;
}

Schedule LoopSpace::neighbour(const Schedule &from, Rng &rng) const {
  for (int attempt = 0; attempt < 64; ++attempt) {
    std::optional<KnobMove> move = drawMove(knobList, from, rng);
    if (!move)
      continue;
    Schedule next = from;
    next.choice[move->knob] = move->option;
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

} // namespace alt
