// Tuners side by side, on recorded spaces and on live kernels: how many trials and seconds each
// needs, with intervals.
#pragma once
#include "alt/Prior.h"
#include "alt/Replay.h"
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace alt {

/// Where tuners are compared: what may be chosen, what they see of it, who answers. The answer for
/// a schedule is the same each time.
struct Arena {
  std::string name;
  std::shared_ptr<const SearchSpace> space;
  std::shared_ptr<const FeatureExtractor> features;
  std::shared_ptr<Measurer> measurer;
  /// Of every schedule whose time is known by now; infinite where it failed.
  std::function<std::vector<double>()> seconds;
  /// Set when measuring itself broke; may be empty.
  std::function<std::optional<Error>()> failure;
};
Arena arenaOf(std::shared_ptr<const RecordedSpace>);

struct CompareOptions {
  std::vector<std::string> tuners{"alt", "autotvm", "autotvm-reg", "random"};
  std::vector<std::string> baselines{"autotvm",
                                     "autotvm-reg"}; ///< those of `tuners` ratios refer to
  unsigned seeds = 30;     ///< runs of each tuner on each space; more: narrower intervals
  unsigned trials = 400;   ///< of each run; one that has not got there by then counts as the cap
  uint64_t seed = 1;       ///< of the whole comparison
  unsigned lag = 0;        ///< of each search, as in TuneOptions
  unsigned jobs = 1;       ///< runs at a time; the results do not depend on it
  bool defaultFirst = false; ///< every tuner on a live kernel: its default schedule first
  /// End a run so many percent from a listed space's best, 0: at it; negative: never. Quicker; what
  /// would come later (failures, trials to less than that) is not seen.
  double stopWithin = -1;
  bool ownTime = true;     ///< count the tuner's own seconds too (they differ from run to run)
  std::shared_ptr<const Prior> prior; ///< what tuners that can may start from
};

/// One tuner on one space with one seed.
struct CompareRun {
  size_t space = 0, tuner = 0;
  unsigned seed = 0;
  std::vector<float> quality; ///< after each trial: the space's best time / the run's best so far
  std::vector<float> clock;   ///< after each trial: seconds since the start
  std::vector<float> failedClock; ///< after each trial: seconds that failed ones took
  unsigned failed = 0;
  double failedSeconds = 0;
  double learningSeconds = 0;
};

struct ComparedSpace {
  std::string name;
  std::string features; ///< the version of what the tuners saw
  double points = 0;    ///< of the whole space, measured or not
  size_t measured = 0;  ///< points whose time is known
  size_t within5 = 0;   ///< of these, within 5 % of the best
  double bestSeconds = 0;
  double cap = 0; ///< seconds that count for a run which did not get there: the slowest run's
  /// A twentieth of the points is good enough: random search is done at once, nothing to learn.
  bool degenerate() const { return double(within5) * 20 >= points; }
};

struct Comparison {
  CompareOptions options;
  std::vector<ComparedSpace> spaces;
  std::vector<CompareRun> runs; ///< by space, then tuner, then seed
  bool complete = true;         ///< false when stopped early

  std::span<const CompareRun> runsOf(size_t space, size_t tuner) const;
};

/// Errors: a tuner that does not exist, a space in which nothing ran, a machine that broke.
Result<Comparison> compare(std::span<const Arena>, const CompareOptions &,
                           const std::function<void(size_t done, size_t total)> &progress = {},
                           std::stop_token = {});

/// What is compared: "trials_to_5pct", "seconds_to_1pct", "failed_seconds", ... ; of one run.
/// Smaller is better for all.
std::span<const std::string_view> compareMetrics();
double metricOf(const Comparison &, const CompareRun &, std::string_view metric);

/// What the stop rule would have done to a tuner's runs on all spaces.
struct Stopping {
  double trialsSaved = 0; ///< share of the trials, mean
  double lost = 0;        ///< quality at the end of the run less that at the stop, mean
  double covered = 0;     ///< share of the stopped runs that had left no more than the rule said
};
Stopping stopping(const Comparison &, size_t tuner);

/// How many times less the tuner needs than the baseline: the geometric mean over the spaces that
/// are not degenerate of mean(baseline) / mean(tuner), with a 95 % interval of a bootstrap that
/// resamples runs, the same seeds for both. Spaces where both have nothing but zeros (nothing
/// failed) are left out.
struct Ratio {
  std::string tuner, baseline, metric;
  double geomean = 1, low = 1, high = 1;
  size_t spaces = 0; ///< that this is a mean over; of none it says nothing
};
std::vector<Ratio> ratios(const Comparison &);
/// The same on one space, without an interval.
double ratioOn(const Comparison &, size_t space, size_t tuner, size_t baseline,
               std::string_view metric);

std::string compareText(const Comparison &); ///< tables for the terminal
std::string compareCsv(const Comparison &);  ///< a row a space and tuner
std::string compareJson(const Comparison &); ///< "ratios", "rows", options
std::string compareHtml(const Comparison &); ///< with curves; opens without a network
/// compare.{txt,csv,json,html} and curves.csv in the folder, which is made.
Result<void> writeComparison(const Comparison &, const std::filesystem::path &folder);

} // namespace alt
