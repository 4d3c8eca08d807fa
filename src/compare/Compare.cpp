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

class Curve final : public TuneObserver {
public:
  Curve(CompareRun &run, double best, bool ownTime) : run(run), best(best), ownTime(ownTime) {}

  void onBatch(std::span<const Observation> batch) override {
    for (const Observation &observation : batch) {
      const Measurement &m = observation.measurement;
      Seconds spent = m.spent.total() - (ownTime ? Seconds(0) : m.spent.propose);
      own = std::min(own, m.seconds().count());
      clock += spent.count();
      run.quality.push_back(float(best / own));
      run.clock.push_back(float(clock));
      if (!m.ok()) {
        ++run.failed;
        run.failedSeconds += (m.spent.total() - m.spent.propose).count();
      }
    }
  }
  bool atBest() const { return own <= best; }

private:
  CompareRun &run;
  double best, own = INFINITY, clock = 0;
  bool ownTime;
};

void runOne(CompareRun &run, const RecordedSpace &recorded, double best, const std::string &tuner,
            const CompareOptions &options, std::stop_token stop) {
  std::unique_ptr<FeatureExtractor> features = makeKnobFeatures(*recorded.space);
  auto sampler = makeSampler(tuner, {*recorded.space, *features});
  ReplayMeasurer measurer(recorded);
  Curve curve(run, best, options.ownTime);
  // The same for every tuner: the runs of one seed are pairs.
  uint64_t seed = fnv1a(recorded.name, options.seed * 0x9e3779b97f4a7c15ull + run.seed);
  Search search({*recorded.space, **sampler, measurer, &curve},
                {.trials = options.trials, .seed = seed, .defaultFirst = false});
  while (search.result().trials < options.trials && !stop.stop_requested() &&
         !(options.stopAtBest && curve.atBest()))
    if (!search.step(options.trials - search.result().trials, stop))
      break;
  run.learningSeconds = search.result().learning.count();
}

} // namespace

std::span<const CompareRun> Comparison::runsOf(size_t space, size_t tuner) const {
  return std::span(runs).subspan((space * options.tuners.size() + tuner) * options.seeds,
                                 options.seeds);
}

Result<Comparison> compare(std::span<const RecordedSpace> spaces, const CompareOptions &options,
                           const std::function<void(size_t, size_t)> &progress,
                           std::stop_token stop) {
  Comparison comparison{options, {}, {}, true};
  std::erase_if(comparison.options.baselines, [&](const std::string &baseline) {
    return std::find(options.tuners.begin(), options.tuners.end(), baseline) ==
           options.tuners.end();
  });
  for (const RecordedSpace &space : spaces) {
    double best = space.bestSeconds();
    if (!std::isfinite(best))
      return Error{ErrorKind::invalidInput,
                   space.name + ": No point of this recorded space ran; there is nothing to find."};
    comparison.spaces.push_back(
        {space.name, space.space->points().size(), space.pointsWithin(0.05), best, 0});
    std::unique_ptr<FeatureExtractor> features = makeKnobFeatures(*space.space);
    for (const std::string &tuner : options.tuners)
      if (auto sampler = makeSampler(tuner, {*space.space, *features}); !sampler)
        return sampler.error();
  }
  for (size_t s = 0; s < spaces.size(); ++s)
    for (size_t t = 0; t < options.tuners.size(); ++t)
      for (unsigned seed = 0; seed < options.seeds; ++seed)
        comparison.runs.push_back({s, t, seed, {}, {}, 0, 0, 0});

  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t done = 0;
  auto work = [&] {
    for (size_t i; (i = next++) < comparison.runs.size() && !stop.stop_requested();) {
      CompareRun &run = comparison.runs[i];
      runOne(run, spaces[run.space], comparison.spaces[run.space].bestSeconds,
             options.tuners[run.tuner], options, stop);
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
  for (const CompareRun &run : comparison.runs)
    if (!run.clock.empty())
      comparison.spaces[run.space].cap =
          std::max(comparison.spaces[run.space].cap, double(run.clock.back()));
  return comparison;
}

} // namespace alt
