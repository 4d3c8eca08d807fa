#include "space/AlgorithmSpace.h"
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace alt {

AlgorithmSpace::AlgorithmSpace(const Workload &workload, const Target &target, unsigned threads) {
  add("direct", std::nullopt, workload, LoopSpace(workload, target, threads), target);
  for (auto [name, m] : {std::pair("f23", 2), std::pair("f43", 4)})
    if (std::optional<Winograd> winograd = Winograd::of(workload, m)) {
      Workload matmul = winograd->matmul(workload);
      // The transforms decide on the batch (t) and what of it is multiplied at once (f); a batch of
      // matrices gives a register tile no reuse.
      LoopSpace loops(matmul, target, threads,
                      {"reg.a", "tile.a", "par.a", "par.f", "block.c", "pack.in0", "outer"});
      add(name, winograd, std::move(matmul), std::move(loops), target);
    }
  if (all.size() > 1) {
    Knob algorithm{"algorithm", Knob::Kind::categorical, {}, {}};
    for (size_t i = 0; i < all.size(); ++i) {
      algorithm.options.push_back(static_cast<double>(i));
      algorithm.labels.push_back(all[i].name);
    }
    knobList.push_back(std::move(algorithm));
  }
  for (Algorithm &algorithm : all) {
    algorithm.firstKnob = knobList.size();
    for (Knob knob : algorithm.loops.knobs()) {
      if (algorithm.winograd)
        knob.name = algorithm.name + "." + knob.name;
      knobList.push_back(std::move(knob));
    }
  }
  size_t best = chooseDefault(target);
  fallback = with(best, all[best].fallback);
  assert(legal(fallback) && "the default schedule is legal");
}

/// Batch, rows in registers, channels multiplied at once and threads' units by estimate; the
/// filters of one point stay in the cache while the tiles pass by.
static Schedule winogradDefault(const LoopSpace &loops, const Winograd &winograd,
                                const Target &target) {
  auto knobs = loops.knobs();
  auto find = [&](std::string_view name) {
    return static_cast<size_t>(std::find_if(knobs.begin(), knobs.end(),
                                            [&](const Knob &knob) { return knob.name == name; }) -
                               knobs.begin());
  };
  Schedule best = loops.defaultSchedule();
  if (size_t inner = find("inner"); inner < knobs.size())
    best.choice[inner] = static_cast<uint16_t>(
        std::find(knobs[inner].labels.begin(), knobs[inner].labels.end(), "a,f,t") -
        knobs[inner].labels.begin());
  const std::array<size_t, 4> chosen = {find("par.t"), find("tile.t"), find("reg.t"),
                                        find("tile.f")};
  Schedule tried = best;
  std::array<int64_t, 4> value{winograd.tiles(), 1, 1, 1};
  double fewest = std::numeric_limits<double>::infinity();
  auto visit = [&](auto &self, size_t level) -> void {
    if (level == chosen.size()) {
      double cycles =
          winograd.cycles({value[0], value[1], value[2], value[3]}, target, loops.threadCount());
      if (cycles < fewest && loops.legal(tried) && winograd.legal(loops.decode(tried))) {
        fewest = cycles;
        best = tried;
      }
      return;
    }
    if (chosen[level] == knobs.size()) // nothing to choose
      return self(self, level + 1);
    for (size_t option = 0; option < knobs[chosen[level]].options.size(); ++option) {
      tried.choice[chosen[level]] = static_cast<uint16_t>(option);
      value[level] = static_cast<int64_t>(knobs[chosen[level]].options[option]);
      self(self, level + 1);
    }
  };
  visit(visit, 0);
  return best;
}

void AlgorithmSpace::add(std::string name, std::optional<Winograd> winograd, Workload workload,
                         LoopSpace loops, const Target &target) {
  Schedule own = winograd ? winogradDefault(loops, *winograd, target) : loops.defaultSchedule();
  all.push_back(
      {std::move(name), winograd, std::move(workload), std::move(loops), 0, std::move(own)});
  if (!all.back().legal(all.back().fallback))
    all.pop_back();
}

/// Winograd's where it surely pays.
size_t AlgorithmSpace::chooseDefault(const Target &target) const {
  size_t best = 0;
  double fewest = std::numeric_limits<double>::infinity();
  for (size_t i = 1; i < all.size(); ++i) {
    const Winograd &winograd = *all[i].winograd;
    if (!winograd.constantFilter || winograd.inChannels < 32 || winograd.outChannels < 32)
      continue;
    LoopNest nest = all[i].loops.decode(all[i].fallback);
    const LoopNest::Level &t = nest.axes[Winograd::t], &f = nest.axes[Winograd::f];
    double cycles = winograd.cycles({t.par, t.tile, t.reg, f.tile}, target, threadCount());
    auto lanes = static_cast<double>(all[i].loops.lanes());
    double direct = winograd.direct / (2 * lanes) / static_cast<double>(threadCount());
    if (cycles < std::min(fewest, 0.8 * direct)) {
      fewest = cycles;
      best = i;
    }
  }
  return best;
}

bool AlgorithmSpace::Algorithm::legal(const Schedule &own) const {
  return loops.legal(own) && (!winograd || winograd->legal(loops.decode(own)));
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
    return with(other, all[other].fallback);
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
    if (algorithm.winograd) { // the share that its own rules leave, sampled with a fixed seed
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
