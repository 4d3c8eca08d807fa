#include "space/AlgorithmSpace.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace alt {

namespace {

size_t find(const LoopSpace &loops, std::string_view name) {
  auto knobs = loops.knobs();
  return static_cast<size_t>(std::find_if(knobs.begin(), knobs.end(),
                                          [&](const Knob &knob) { return knob.name == name; }) -
                             knobs.begin());
}

/// visit(schedule) for every choice of the knobs named; those that the space lacks are left out.
template <class Visit>
void forEachChoice(const LoopSpace &loops, std::initializer_list<std::string> names,
                   Schedule schedule, Visit visit) {
  std::vector<size_t> chosen;
  for (const std::string &name : names)
    if (size_t k = find(loops, name); k < loops.knobs().size())
      chosen.push_back(k);
  auto level = [&](auto &self, size_t depth) -> void {
    if (depth == chosen.size())
      return visit(schedule);
    for (size_t option = 0; option < loops.knobs()[chosen[depth]].options.size(); ++option) {
      schedule.choice[chosen[depth]] = static_cast<uint16_t>(option);
      self(self, depth + 1);
    }
  };
  level(level, 0);
}

/// The schedule with every choice of the axis's unit, tile and register tile that nest.
std::vector<Schedule> nestingAlong(const LoopSpace &loops, unsigned axis, const std::string &name,
                                   const Schedule &schedule) {
  std::vector<Schedule> found;
  forEachChoice(loops, {"par." + name, "tile." + name, "reg." + name}, schedule,
                [&](const Schedule &tried) {
                  LoopNest::Level level = loops.decode(tried).axes[axis];
                  if (level.par % level.tile == 0 && level.reg <= level.tile)
                    found.push_back(tried);
                });
  return found;
}

/// The knob's first option whose label begins so, if it has one.
void chooseFirst(const LoopSpace &loops, std::string_view name, std::string_view start,
                 Schedule &schedule) {
  size_t knob = find(loops, name);
  if (knob == loops.knobs().size())
    return;
  const std::vector<std::string> &labels = loops.knobs()[knob].labels;
  auto found = std::find_if(labels.begin(), labels.end(),
                            [&](const std::string &label) { return label.starts_with(start); });
  if (found != labels.end())
    schedule.choice[knob] = static_cast<uint16_t>(found - labels.begin());
}

/// Batch, channels multiplied at once, register tile and threads' units by estimate; the filters of
/// one point stay in the cache while the tiles pass by.
Schedule winogradDefault(const LoopSpace &loops, const Winograd &winograd, const Target &target) {
  Schedule best = loops.defaultSchedule();
  chooseFirst(loops, "inner", "a,f", best); // and then t, unless there is but one tile
  if (size_t pack = find(loops, "pack.in1"); pack < loops.knobs().size())
    best.choice[pack] = winograd.constantFilter;
  double fewest = std::numeric_limits<double>::infinity();
  for (const Schedule &batched : nestingAlong(loops, Winograd::t, "t", best))
    for (const Schedule &tried : nestingAlong(loops, Winograd::f, "f", batched)) {
      LoopNest nest = loops.decode(tried);
      double cycles = winograd.cycles(nest, target, loops.threadCount());
      if (cycles < fewest && loops.legal(tried) && winograd.legal(nest)) {
        fewest = cycles;
        best = tried;
      }
    }
  return best;
}

/// The largest register tile along the axis that lies in its cache tile.
void keepRegisterTileInside(const LoopSpace &loops, const std::string &axis, Schedule &schedule) {
  auto knobs = loops.knobs();
  size_t reg = find(loops, "reg." + axis), tile = find(loops, "tile." + axis);
  if (reg < knobs.size() && tile < knobs.size())
    while (knobs[reg].options[schedule.choice[reg]] > knobs[tile].options[schedule.choice[tile]])
      --schedule.choice[reg];
}

/// As many patches as stay in half of L2; they pass by each panel of the filter.
Schedule im2colDefault(const LoopSpace &loops, const Im2col &im2col, const Target &target) {
  Schedule best = loops.defaultSchedule();
  chooseFirst(loops, "inner", "f,", best);
  int64_t most = 0;
  forEachChoice(loops, {"tile.n", "tile.h", "tile.w"}, best, [&](Schedule tried) {
    for (std::string_view axis : {"n", "h", "w"})
      keepRegisterTileInside(loops, std::string(axis), tried);
    LoopNest nest = loops.decode(tried);
    int64_t size = im2col.patchBytes(nest);
    if (size > most && size <= target.l2Bytes / 2 && loops.legal(tried) && im2col.legal(nest)) {
      most = size;
      best = tried;
    }
  });
  return best;
}

} // namespace

AlgorithmSpace::AlgorithmSpace(const Workload &workload, const Target &target, unsigned threads) {
  LoopSpace direct(workload, target, threads);
  add({"direct", {}, {}, {}, workload, direct, 0, direct.defaultSchedule()});
  for (auto [name, m] : {std::pair("f23", 2), std::pair("f43", 4)})
    if (std::optional<Winograd> winograd = Winograd::of(workload, m)) {
      Workload matmul = winograd->matmul(workload);
      // The transforms decide on the batch (t) and what of it is multiplied at once (f); a batch of
      // matrices gives a register tile no reuse.
      LoopSpace loops(matmul, target, threads,
                      {"reg.a", "tile.a", "par.a", "block.c", "pack.in0", "outer"},
                      {1, winograd->columns, 1, 1});
      Schedule own = winogradDefault(loops, *winograd, target);
      add({name, winograd, {}, {}, std::move(matmul), std::move(loops), 0, std::move(own)});
    }
  if (std::optional<Im2col> im2col = Im2col::of(workload)) {
    Workload matmul = im2col->matmul(workload);
    // A cache tile's patches are gathered once, for all features.
    LoopSpace loops(matmul, target, threads, {"tile.f", "par.f", "pack.in0"});
    Schedule own = im2colDefault(loops, *im2col, target);
    add({"im2col", {}, im2col, {}, std::move(matmul), std::move(loops), 0, std::move(own)});
  }
  if (std::optional<TileProduct> tiles = TileProduct::of(workload, target)) {
    LoopSpace loops(workload, target, threads, {"pack.in0", "pack.in1", "pad", "reduce"}, {},
                    tiles);
    Schedule own = loops.defaultSchedule();
    add({"tiles", {}, {}, tiles, workload, std::move(loops), 0, std::move(own)});
  }
  if (all.size() > 1) {
    Knob algorithm{"algorithm", Knob::Kind::categorical, {}, {}, 0};
    for (size_t i = 0; i < all.size(); ++i) {
      algorithm.options.push_back(static_cast<double>(i));
      algorithm.labels.push_back(all[i].name);
    }
    knobList.push_back(std::move(algorithm));
  }
  for (Algorithm &algorithm : all) {
    algorithm.firstKnob = knobList.size();
    for (Knob knob : algorithm.loops.knobs()) {
      if (algorithm.winograd && knob.name == "par.f") // there was none: the channels stayed whole
        knob.whenUnnamed = static_cast<uint16_t>(knob.options.size() - 1);
      if (!algorithm.direct())
        knob.name = algorithm.name + "." + knob.name;
      knobList.push_back(std::move(knob));
    }
  }
  size_t best = chooseDefault(target);
  fallback = defaultOf(best);
  assert(legal(fallback) && "the default schedule is legal");
}

void AlgorithmSpace::add(Algorithm algorithm) {
  if (algorithm.legal(algorithm.fallback))
    all.push_back(std::move(algorithm));
}

/// Tiles, where the estimate says so: that of vectors counts single steps of the reduction. Of one
/// row a tile has no more than a vector.
static bool tilesPay(const AlgorithmSpace::Algorithm &tiles,
                     const AlgorithmSpace::Algorithm &direct) {
  if (!tiles.tiles->rows)
    return false;
  double steps = static_cast<double>(tiles.tiles->instruction->steps);
  double cycles = tiles.loops.cyclesOf(tiles.fallback) + tiles.tiles->packingCycles(tiles.workload);
  return cycles < 0.9 * direct.loops.cyclesOf(direct.fallback) / steps;
}

/// Winograd's or tiles where they surely pay; no kernel has both.
size_t AlgorithmSpace::chooseDefault(const Target &target) const {
  size_t best = 0;
  double fewest = std::numeric_limits<double>::infinity();
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i].tiles && tilesPay(all[i], all.front()))
      return i;
    if (!all[i].winograd)
      continue;
    const Winograd &winograd = *all[i].winograd;
    if (!winograd.constantFilter || winograd.inChannels < 32 || winograd.outChannels < 32)
      continue;
    LoopNest nest = all[i].loops.decode(all[i].fallback);
    double cycles = winograd.cycles(nest, target, threadCount());
    auto lanes = static_cast<double>(all[i].loops.lanes());
    double direct = winograd.direct / (2 * lanes) / static_cast<double>(threadCount());
    if (cycles < std::min(fewest, 0.9 * direct)) {
      fewest = cycles;
      best = i;
    }
  }
  return best;
}

bool AlgorithmSpace::Algorithm::legal(const Schedule &own) const {
  if (!loops.legal(own))
    return false;
  return winograd ? winograd->legal(loops.decode(own))
                  : !im2col || im2col->legal(loops.decode(own));
}

size_t AlgorithmSpace::chosen(const Schedule &schedule) const {
  return all.size() > 1 ? schedule.choice.front() : 0;
}

Schedule AlgorithmSpace::own(const Algorithm &algorithm, const Schedule &schedule) const {
  auto first = schedule.choice.begin() + static_cast<std::ptrdiff_t>(algorithm.firstKnob);
  return {{first, first + static_cast<std::ptrdiff_t>(algorithm.loops.knobs().size())}};
}

Schedule AlgorithmSpace::with(size_t chosen, const Schedule &own) const {
  Schedule schedule;
  schedule.choice.reserve(knobList.size());
  if (all.size() > 1)
    schedule.choice.push_back(static_cast<uint16_t>(chosen));
  for (size_t i = 0; i < all.size(); ++i) {
    const Schedule &part = i == chosen ? own : all[i].fallback;
    schedule.choice.insert(schedule.choice.end(), part.choice.begin(), part.choice.end());
  }
  return schedule;
}

LoopNest AlgorithmSpace::decode(const Schedule &schedule) const {
  LoopNest nest;
  decode(schedule, nest);
  return nest;
}

void AlgorithmSpace::decode(const Schedule &schedule, LoopNest &nest) const {
  const Algorithm &algorithm = all[chosen(schedule)];
  thread_local Schedule part;
  auto first = schedule.choice.begin() + static_cast<std::ptrdiff_t>(algorithm.firstKnob);
  part.choice.assign(first, first + static_cast<std::ptrdiff_t>(algorithm.loops.knobs().size()));
  algorithm.loops.decode(part, nest);
  nest.winograd = algorithm.winograd ? static_cast<unsigned>(algorithm.winograd->m) : 0;
  nest.im2col = algorithm.im2col.has_value();
}

bool AlgorithmSpace::legal(const Schedule &schedule) const {
  if (schedule.choice.size() != knobList.size() || chosen(schedule) >= all.size())
    return false;
  size_t used = chosen(schedule);
  Schedule part = own(all[used], schedule);
  return all[used].legal(part) && with(used, part) == schedule;
}

Schedule AlgorithmSpace::randomOf(const Algorithm &algorithm, Rng &rng) const {
  for (int attempt = 0; attempt < 64; ++attempt)
    if (Schedule own = algorithm.loops.random(rng); algorithm.legal(own))
      return own;
  return algorithm.fallback;
}

Schedule AlgorithmSpace::random(Rng &rng) const {
  size_t used = all.size() > 1 ? rng() % all.size() : 0;
  return with(used, randomOf(all[used], rng));
}

/// One knob of the algorithm in use; now and then another algorithm, at its default.
Schedule AlgorithmSpace::neighbour(const Schedule &from, Rng &rng) const {
  size_t used = chosen(from);
  if (all.size() > 1 && rng() % 16 == 0) {
    size_t other = (used + 1 + rng() % (all.size() - 1)) % all.size();
    return defaultOf(other);
  }
  Schedule part = own(all[used], from);
  for (int attempt = 0; attempt < 64; ++attempt)
    if (Schedule next = all[used].loops.neighbour(part, rng); all[used].legal(next))
      return with(used, next);
  return with(used, randomOf(all[used], rng));
}

double AlgorithmSpace::size() const {
  double sum = 0;
  for (const Algorithm &algorithm : all) {
    double points = algorithm.loops.size();
    if (algorithm.rewritten()) { // the share that its own rules leave, sampled with a fixed seed
      Rng rng(1);
      int samples = 1000, legalCount = 0;
      for (int i = 0; i < samples; ++i)
        legalCount += algorithm.legal(algorithm.loops.random(rng));
      points = std::max(1.0, std::round(points * legalCount / samples));
    }
    sum += points;
  }
  return sum;
}

bool AlgorithmSpace::applies(const Schedule &schedule, size_t knob) const {
  const Algorithm &algorithm = all[chosen(schedule)];
  return (all.size() > 1 && knob == 0) ||
         (knob >= algorithm.firstKnob &&
          knob < algorithm.firstKnob + algorithm.loops.knobs().size());
}

std::unique_ptr<SearchSpace> makeSearchSpace(const Workload &workload, const Target &target,
                                             unsigned threads) {
  return std::make_unique<AlgorithmSpace>(workload, target, threads);
}

} // namespace alt
