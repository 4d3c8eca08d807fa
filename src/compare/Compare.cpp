// Runs every tuner on every space and seed. Each run is a Search like a live one, with a replayed
// measurer, so that what is compared is what users get.
#include "alt/Compare.h"
#include "alt/Support.h"
#include "alt/Tuner.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

namespace alt {
namespace {

/// Writes a run down as it goes. How good it was is known once all runs are over.
class Curve final : public TuneObserver {
public:
  Curve(CompareRun &run, bool ownTime) : run(run), ownTime(ownTime) {}

  void onBatch(std::span<const Observation> batch) override {
    for (const Observation &observation : batch) {
      const Measurement &m = observation.measurement;
      PhaseTimes measuring = m.spent; // not total - propose, whose last digit depends on propose
      measuring.propose = Seconds(0);
      own = std::min(own, m.seconds().count());
      clock += (ownTime ? m.spent : measuring).total().count();
      best.push_back(own);
      run.clock.push_back(float(clock));
      if (!m.ok()) {
        ++run.failed;
        run.failedSeconds += measuring.total().count();
      }
      run.failedClock.push_back(float(run.failedSeconds));
    }
  }
  std::vector<double> best; ///< the run's best time after each trial

private:
  CompareRun &run;
  double own = INFINITY, clock = 0;
  bool ownTime;
};

std::vector<double> runOne(CompareRun &run, const Arena &arena, const std::string &tuner,
                           const CompareOptions &options, std::stop_token stop) {
  auto sampler = makeSampler(tuner, {*arena.space, *arena.features, options.prior.get()});
  Curve curve(run, options.ownTime);
  // The same for every tuner: the runs of one seed are pairs.
  uint64_t seed = fnv1a(arena.name, options.seed * 0x9e3779b97f4a7c15ull + run.seed);
  Search search(
      {*arena.space, **sampler, *arena.measurer, &curve},
      {.trials = options.trials,
       .seed = seed,
       .lag = options.lag,
       .defaultFirst = options.defaultFirst && arena.space->points().empty()});
  double goal = -1; // of a listed space the best is known
  if (options.stopWithin >= 0 && !arena.space->points().empty())
    goal = std::ranges::min(arena.seconds()) / (1 - options.stopWithin / 100);
  while (search.result().trials < options.trials && !stop.stop_requested() &&
         (curve.best.empty() || curve.best.back() > goal))
    if (!search.step(options.trials - search.result().trials, stop) ||
        (arena.failure && arena.failure()))
      break;
  run.learningSeconds = search.result().learning.count();
  return std::move(curve.best);
}

ComparedSpace describe(const Arena &arena) {
  ComparedSpace space;
  space.name = arena.name;
  space.features = arena.features->version();
  space.points = arena.space->size();
  std::vector<double> seconds = arena.seconds();
  space.measured = seconds.size();
  space.bestSeconds = INFINITY;
  for (double each : seconds)
    space.bestSeconds = std::min(space.bestSeconds, each);
  for (double each : seconds)
    space.within5 += std::isfinite(each) && each <= space.bestSeconds / 0.95;
  return space;
}

} // namespace

Arena arenaOf(std::shared_ptr<const RecordedSpace> recorded) {
  std::shared_ptr<Measurer> measurer(new ReplayMeasurer(*recorded),
                                     [recorded](Measurer *m) { delete m; }); // answers from it
  Arena arena{recorded->name, recorded->space, recorded->features, measurer, {}, {}};
  arena.seconds = [recorded] {
    std::vector<double> seconds;
    for (const Measurement &each : recorded->measurements)
      seconds.push_back(each.seconds().count());
    return seconds;
  };
  return arena;
}

std::span<const CompareRun> Comparison::runsOf(size_t space, size_t tuner) const {
  return std::span(runs).subspan((space * options.tuners.size() + tuner) * options.seeds,
                                 options.seeds);
}

Result<Comparison> compare(std::span<const Arena> arenas, const CompareOptions &options,
                           const std::function<void(size_t, size_t)> &progress,
                           std::stop_token stop) {
  Comparison comparison{options, {}, {}, true};
  std::erase_if(comparison.options.baselines, [&](const std::string &baseline) {
    return std::find(options.tuners.begin(), options.tuners.end(), baseline) ==
           options.tuners.end();
  });
  for (size_t a = 0; a < arenas.size(); ++a)
    for (size_t t = 0; t < options.tuners.size(); ++t) {
      if (auto sampler = makeSampler(options.tuners[t], {*arenas[a].space, *arenas[a].features});
          !sampler)
        return sampler.error();
      for (unsigned seed = 0; seed < options.seeds; ++seed)
        comparison.runs.push_back({a, t, seed, {}, {}, {}, 0, 0, 0});
    }

  std::vector<std::vector<double>> best(comparison.runs.size());
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t done = 0;
  auto work = [&] {
    for (size_t i; (i = next++) < comparison.runs.size() && !stop.stop_requested();) {
      CompareRun &run = comparison.runs[i];
      best[i] = runOne(run, arenas[run.space], options.tuners[run.tuner], options, stop);
      std::lock_guard lock(mutex);
      ++done;
      if (progress)
        progress(done, comparison.runs.size());
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned job = 1; job < options.jobs; ++job)
      helpers.emplace_back(work);
    work();
  }
  comparison.complete = !stop.stop_requested();

  for (const Arena &arena : arenas) {
    if (auto broken = arena.failure ? arena.failure() : std::nullopt)
      return *broken;
    comparison.spaces.push_back(describe(arena));
    if (!std::isfinite(comparison.spaces.back().bestSeconds) && comparison.complete)
      return Error{ErrorKind::invalidInput,
                   arena.name + ": No point of this space ran; there is nothing to find."};
  }
  for (size_t i = 0; i < best.size(); ++i) {
    CompareRun &run = comparison.runs[i];
    ComparedSpace &space = comparison.spaces[run.space];
    for (double seconds : best[i])
      run.quality.push_back(float(space.bestSeconds / seconds));
    if (!run.clock.empty())
      space.cap = std::max(space.cap, double(run.clock.back()));
  }
  return comparison;
}

} // namespace alt
