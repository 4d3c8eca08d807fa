#include "space/TuneScriptSpace.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace alt {

/// How many choices are tried at most: for the first legal point, in listing all of them, for a
/// random point, for what one changed knob forces.
static constexpr unsigned firstSteps = 1'000'000, listSteps = 100'000, randomSteps = 10'000,
                          forcedSteps = 500;
static constexpr size_t longestList = 20'000;

struct TuneScriptSpace::Descent {
  Schedule schedule;
  std::vector<Expressions::Value> knobs, terms;
  unsigned stepsLeft;
};

std::unique_ptr<TuneScriptSpace> TuneScriptSpace::make(TuneScript script) {
  std::unique_ptr<TuneScriptSpace> space(new TuneScriptSpace(std::move(script)));
  auto preferred = [&](size_t k) { return space->script.tunables[k].preferred; };
  std::optional<Schedule> first = space->find(preferred, firstSteps);
  if (!first)
    return nullptr;
  space->fallback = std::move(*first);
  space->enumerate();
  return space;
}

TuneScriptSpace::TuneScriptSpace(TuneScript s) : script(std::move(s)) {
  for (const Tunable &tunable : script.tunables)
    knobList.push_back(tunable.knob);
}

bool TuneScriptSpace::possible(Descent &descent, bool complete) const {
  script.expressions.evaluate(descent.knobs, descent.terms);
  return std::all_of(script.constraints.begin(), script.constraints.end(), [&](const Constraint &c) {
    return descent.terms[c.term] ? *descent.terms[c.term] != 0 : !complete;
  });
}

/// Chooses knob after knob; goes back where a constraint is known to fail. True when `leaf` had
/// enough.
bool TuneScriptSpace::descend(Descent &at, size_t knob, const Order &order,
                              const Leaf &leaf) const {
  if (knob == knobList.size())
    return leaf(at.schedule);
  for (uint16_t option : order(knob)) {
    if (at.stepsLeft == 0)
      break;
    --at.stepsLeft;
    at.schedule.choice[knob] = option;
    at.knobs[knob] = script.tunables[knob].values[option];
    if (possible(at, knob + 1 == knobList.size()) && descend(at, knob + 1, order, leaf))
      return true;
  }
  at.knobs[knob].reset();
  return false;
}

std::optional<Schedule> TuneScriptSpace::find(const Order &order, unsigned steps) const {
  size_t count = knobList.size();
  Descent descent{
      {std::vector<uint16_t>(count)}, std::vector<Expressions::Value>(count), {}, steps};
  std::optional<Schedule> found;
  descend(descent, 0, order, [&](const Schedule &schedule) {
    found = schedule;
    return true;
  });
  return found;
}

void TuneScriptSpace::enumerate() {
  size_t count = knobList.size();
  Descent descent{
      {std::vector<uint16_t>(count)}, std::vector<Expressions::Value>(count), {}, listSteps};
  auto inOrder = [&](size_t k) {
    std::vector<uint16_t> options(knobList[k].options.size());
    std::iota(options.begin(), options.end(), uint16_t(0));
    return options;
  };
  descend(descent, 0, inOrder, [&](const Schedule &schedule) {
    list.push_back(schedule);
    return list.size() > longestList;
  });
  if (descent.stepsLeft == 0 || list.size() > longestList)
    list.clear();
}

std::vector<Expressions::Value> TuneScriptSpace::evaluate(const Schedule &schedule) const {
  std::vector<Expressions::Value> knobs, terms;
  for (size_t k = 0; k < knobList.size(); ++k)
    knobs.push_back(script.tunables[k].values[schedule.choice[k]]);
  script.expressions.evaluate(knobs, terms);
  return terms;
}

bool TuneScriptSpace::legal(const Schedule &schedule) const {
  if (schedule.choice.size() != knobList.size())
    return false;
  for (size_t k = 0; k < knobList.size(); ++k)
    if (schedule.choice[k] >= knobList[k].options.size())
      return false;
  std::vector<Expressions::Value> terms = evaluate(schedule);
  return std::all_of(script.constraints.begin(), script.constraints.end(),
                     [&](const Constraint &c) { return terms[c.term].value_or(0) != 0; });
}

Schedule TuneScriptSpace::random(Rng &rng) const {
  if (!list.empty())
    return list[rng() % list.size()];
  // Rejection is fair to all points; the descent, which is not, is for spaces of few legal ones.
  Schedule schedule{std::vector<uint16_t>(knobList.size())};
  for (int attempt = 0; attempt < 32; ++attempt) {
    for (size_t k = 0; k < knobList.size(); ++k)
      schedule.choice[k] = static_cast<uint16_t>(rng() % knobList[k].options.size());
    if (legal(schedule))
      return schedule;
  }
  auto shuffled = [&](size_t k) {
    std::vector<uint16_t> options = script.tunables[k].preferred;
    std::shuffle(options.begin(), options.end(), rng);
    return options;
  };
  return find(shuffled, randomSteps).value_or(fallback);
}

Schedule TuneScriptSpace::neighbour(const Schedule &from, Rng &rng) const {
  for (int attempt = 0; attempt < 16; ++attempt) {
    std::optional<KnobMove> move = drawMove(knobList, from, rng);
    if (!move)
      continue;
    auto order = [&](size_t k) {
      if (k == move->knob)
        return std::vector<uint16_t>{move->option};
      std::vector<uint16_t> options = script.tunables[k].preferred;
      std::shuffle(options.begin(), options.end(), rng);
      std::iter_swap(options.begin(),
                     std::find(options.begin(), options.end(), from.choice[k])); // stays if it may
      return options;
    };
    if (std::optional<Schedule> next = find(order, forcedSteps))
      return *next;
  }
  return random(rng);
}

/// Knuth's estimate where there is no list: a random way down, weighted by the ways there were.
double TuneScriptSpace::size() const {
  if (!list.empty())
    return static_cast<double>(list.size());
  Rng rng(1);
  constexpr int ways = 500;
  double sum = 0;
  for (int way = 0; way < ways; ++way) {
    Descent at{{}, std::vector<Expressions::Value>(knobList.size()), {}, 0};
    double weight = 1;
    for (size_t k = 0; k < knobList.size() && weight > 0; ++k) {
      std::vector<uint16_t> open;
      for (uint16_t option : script.tunables[k].preferred) {
        at.knobs[k] = script.tunables[k].values[option];
        if (possible(at, k + 1 == knobList.size()))
          open.push_back(option);
      }
      weight *= static_cast<double>(open.size());
      if (!open.empty())
        at.knobs[k] = script.tunables[k].values[open[rng() % open.size()]];
    }
    sum += weight;
  }
  return std::max(1.0, std::round(sum / ways));
}

} // namespace alt
