#include "alt/Compare.h"
#include "alt/StopRule.h"
#include "compare/Summary.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>

namespace alt {

static constexpr std::string_view metricNames[] = {
    "trials_to_10pct",  "trials_to_5pct",  "trials_to_1pct",
    "seconds_to_10pct", "seconds_to_5pct", "seconds_to_1pct",
    "failed_trials",    "failed_seconds",  "failed_seconds_to_5pct",
};

std::span<const std::string_view> compareMetrics() { return metricNames; }

double metricOf(const Comparison &comparison, const CompareRun &run, std::string_view metric) {
  if (metric == "failed_trials")
    return run.failed;
  if (metric == "failed_seconds")
    return run.failedSeconds;
  double share = metric.ends_with("_10pct") ? 0.10 : metric.ends_with("_5pct") ? 0.05 : 0.01;
  auto at = std::lower_bound(run.quality.begin(), run.quality.end(), float(1 - share));
  if (metric == "failed_seconds_to_5pct")
    return at == run.quality.end() ? run.failedSeconds
                                   : double(run.failedClock[size_t(at - run.quality.begin())]);
  bool seconds = metric.starts_with("seconds");
  if (at == run.quality.end())
    return seconds ? comparison.spaces[run.space].cap : comparison.options.trials;
  size_t trial = size_t(at - run.quality.begin());
  return seconds ? double(run.clock[trial]) : double(trial + 1);
}

namespace {

/// The values of one metric for one tuner and baseline on every space that counts.
struct Paired {
  std::vector<std::vector<double>> tuner, baseline; ///< by space, then seed
};

double logRatio(std::span<const double> baseline, std::span<const double> tuner,
                std::span<const size_t> pick) {
  double top = 0, bottom = 0;
  for (size_t i : pick) {
    top += baseline[i];
    bottom += tuner[i];
  }
  // Half a unit on both sides: a tuner without a failure is not infinitely better.
  double floor = 0.5;
  return std::log((top + floor) / (bottom + floor));
}

Ratio bootstrap(const Paired &values, unsigned seeds, uint64_t seed) {
  Ratio ratio;
  size_t spaces = values.tuner.size();
  ratio.spaces = spaces;
  if (spaces == 0 || seeds == 0)
    return ratio;
  std::vector<size_t> all(seeds), pick(seeds);
  for (size_t i = 0; i < seeds; ++i)
    all[i] = i;
  auto geomean = [&](auto &&choose) {
    double sum = 0;
    for (size_t s = 0; s < spaces; ++s)
      sum += logRatio(values.baseline[s], values.tuner[s], choose());
    return std::exp(sum / double(spaces));
  };
  ratio.geomean = geomean([&]() -> std::span<const size_t> { return all; });
  std::mt19937_64 rng(seed);
  std::vector<double> resampled;
  for (int b = 0; b < 1000; ++b)
    resampled.push_back(geomean([&]() -> std::span<const size_t> {
      for (size_t &i : pick)
        i = rng() % seeds;
      return pick;
    }));
  std::sort(resampled.begin(), resampled.end());
  ratio.low = resampled[25];
  ratio.high = resampled[974];
  return ratio;
}

size_t indexOf(const Comparison &comparison, const std::string &tuner) {
  const auto &tuners = comparison.options.tuners;
  return size_t(std::find(tuners.begin(), tuners.end(), tuner) - tuners.begin());
}

std::vector<double> valuesOf(const Comparison &comparison, size_t space, size_t tuner,
                             std::string_view metric) {
  std::vector<double> values;
  for (const CompareRun &run : comparison.runsOf(space, tuner))
    values.push_back(metricOf(comparison, run, metric));
  return values;
}

bool allZero(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return value == 0; });
}

Paired paired(const Comparison &comparison, size_t tuner, size_t baseline,
              std::string_view metric) {
  Paired values;
  for (size_t s = 0; s < comparison.spaces.size(); ++s) {
    if (comparison.spaces[s].degenerate())
      continue;
    std::vector<double> own = valuesOf(comparison, s, tuner, metric);
    std::vector<double> theirs = valuesOf(comparison, s, baseline, metric);
    if (allZero(own) && allZero(theirs)) // where nothing fails nobody fails less
      continue;
    values.tuner.push_back(std::move(own));
    values.baseline.push_back(std::move(theirs));
  }
  return values;
}

} // namespace

std::vector<Ratio> ratios(const Comparison &comparison) {
  std::vector<Ratio> all;
  for (const std::string &baseline : comparison.options.baselines)
    for (size_t t = 0; t < comparison.options.tuners.size(); ++t)
      for (std::string_view metric : metricNames) {
        if (comparison.options.tuners[t] == baseline)
          continue;
        Ratio ratio = bootstrap(paired(comparison, t, indexOf(comparison, baseline), metric),
                                comparison.options.seeds, comparison.options.seed);
        ratio.tuner = comparison.options.tuners[t];
        ratio.baseline = baseline;
        ratio.metric = metric;
        all.push_back(std::move(ratio));
      }
  return all;
}

double ratioOn(const Comparison &comparison, size_t space, size_t tuner, size_t baseline,
               std::string_view metric) {
  std::vector<size_t> all(comparison.options.seeds);
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  return std::exp(logRatio(valuesOf(comparison, space, baseline, metric),
                           valuesOf(comparison, space, tuner, metric), all));
}

Stopping stopping(const Comparison &comparison, size_t tuner) {
  Stopping sum;
  size_t runs = 0, stopped = 0;
  for (const CompareRun &run : comparison.runs) {
    if (run.tuner != tuner || run.quality.empty())
      continue;
    StopRule rule;
    size_t trials = 0;
    // A run that was ended at the best would have gone on as flat as it ended.
    unsigned cap = comparison.options.trials;
    while (trials < cap && !rule.converged())
      rule.add(1 / qualityAfter(run, ++trials));
    double quality = qualityAfter(run, trials);
    ++runs;
    sum.trialsSaved += 1 - double(trials) / cap;
    sum.lost += run.quality.back() - quality;
    if (rule.converged()) {
      ++stopped;
      sum.covered += 1 - quality <= rule.expectedLeft();
    }
  }
  sum.trialsSaved /= double(std::max<size_t>(runs, 1));
  sum.lost /= double(std::max<size_t>(runs, 1));
  sum.covered /= double(std::max<size_t>(stopped, 1));
  return sum;
}

} // namespace alt
