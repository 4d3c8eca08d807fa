// The main loop: choose, measure, learn. Read `step` for one turn of it.
#include "alt/Tuner.h"
#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace alt {

using Clock = std::chrono::steady_clock;

Search::Search(TuneParts parts, TuneOptions options)
    : parts(parts), options(options), rng(options.seed),
      defaultSchedule(parts.space.defaultSchedule()) {}

bool Search::step(size_t limit, std::stop_token stop) {
  if (limit == 0)
    return true;
  if (next.empty())
    choose(limit);
  if (next.empty())
    return false;
  std::vector<Schedule> batch = std::exchange(next, {});
  batch.resize(std::min(batch.size(), limit));
  Seconds proposing = choosing / double(batch.size());

  size_t late = std::min<size_t>(options.lag, batch.size() / 2);
  auto [early, rest] =
      std::pair(std::span(batch).first(batch.size() - late), std::span(batch).last(late));
  measure(early, proposing, stop);
  if (late == 0 || stop.stop_requested())
    return true;
  choose(limit - batch.size());
  measure(rest, proposing, stop);
  return true;
}

TuneResult Search::run(std::stop_token stop) {
  auto began = Clock::now();
  Seconds before = state.wall;
  state.stopReason.clear();
  while (state.stopReason.empty()) {
    if (stop.stop_requested())
      state.stopReason = "interrupted";
    else if (state.trials >= options.trials)
      state.stopReason = "trials";
    else if (options.budget.count() > 0 && Clock::now() - began >= options.budget)
      state.stopReason = "budget";
    else if (converged())
      state.stopReason = "converged";
    else if (!step(options.trials - state.trials, stop))
      state.stopReason = "exhausted";
    state.wall = before + (Clock::now() - began);
  }
  return state;
}

void Search::resume(std::span<const Observation> earlier) {
  parts.sampler.tell(earlier);
  for (const Observation &observation : earlier)
    account(observation);
}

/// Sets the next batch, and lets it be begun.
void Search::choose(size_t limit) {
  auto began = Clock::now();
  if (limit > 0 && !converged())
    next = propose(limit);
  choosing = Clock::now() - began;
  state.learning += choosing;
  parts.measurer.announce(next);
}

/// The default schedule is measured first, alone in its batch: it is what the user's gain is
/// counted from, and the sampler may learn from it like from any other.
std::vector<Schedule> Search::propose(size_t limit) {
  if (options.defaultFirst && !state.baseline)
    return {defaultSchedule};
  size_t count = options.batch ? options.batch : parts.sampler.preferredBatch();
  return parts.sampler.ask(std::min(std::max<size_t>(count, 1), limit), rng);
}

/// Learns from the answers, too.
void Search::measure(std::span<const Schedule> batch, Seconds proposing, std::stop_token stop) {
  std::vector<Measurement> measurements = parts.measurer.measure(batch, stop);
  assert(measurements.size() <= batch.size());
  std::vector<Observation> answers;
  for (size_t i = 0; i < measurements.size(); ++i) {
    measurements[i].spent.propose = proposing;
    answers.push_back({batch[i], std::move(measurements[i])});
  }
  auto began = Clock::now();
  parts.sampler.tell(answers);
  state.learning += Clock::now() - began;
  if (parts.observer && !answers.empty())
    parts.observer->onBatch(answers);
  for (const Observation &answer : answers)
    account(answer);
}

void Search::account(const Observation &observation) {
  ++state.trials;
  ++state.outcomes[static_cast<unsigned>(observation.measurement.outcome)];
  if (observation.schedule == defaultSchedule && !state.baseline)
    state.baseline = observation;
  Seconds best = state.best ? state.best->measurement.seconds()
                            : Seconds(std::numeric_limits<double>::infinity());
  if (observation.measurement.ok() && observation.measurement.seconds() < best) {
    state.best = observation;
    best = observation.measurement.seconds();
    if (parts.observer)
      parts.observer->onBest(observation);
  }
  state.curve.push_back(best);
  stopRule.add(best.count());
  state.expectedLeft = stopRule.expectedLeft();
}

} // namespace alt
