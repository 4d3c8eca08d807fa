// What a tuning session found, as plain data. Console, JSON and HTML are printed from this one struct.
#pragma once
#include "alt/Measure.h"
#include "alt/OperandLayout.h"
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace alt {

inline constexpr double notMeasured = std::numeric_limits<double>::quiet_NaN();

/// The best so far changed: after `trial` trials and `wall` seconds of the session.
struct CurvePoint {
  unsigned trial = 0;
  double wall = 0;
  double seconds = 0;
};

struct KernelReport {
  std::string name;
  std::string id;     ///< WorkloadId::hex
  std::string anchor; ///< "convolution", ...
  unsigned uses = 1;  ///< calls in one run of the program
  uint64_t flops = 0;
  double spaceSize = 0;
  double bestSeconds = notMeasured;    ///< of what is emitted
  double defaultSeconds = notMeasured; ///< of the default schedule, timed beside the best
  std::string bestSchedule, defaultSchedule;
  std::vector<OperandLayout> layouts;  ///< that the best schedule wants
  bool isDefault = true; ///< nothing measured beat the default, so it is what is emitted
  bool plain = false;    ///< no schedule worked: the unscheduled loops are emitted
  unsigned trials = 0, resumed = 0;
  std::array<unsigned, outcomeCount> outcomes{};
  std::map<std::string, unsigned> failures; ///< first line of the detail -> count
  PhaseTimes spent;                         ///< all trials of this session together
  double learningSeconds = 0;
  std::string stopReason;
  double expectedLeft = notMeasured; ///< once converged: share of its time that more trials may save
  std::vector<CurvePoint> curve;

  double gflops(double seconds) const { return static_cast<double>(flops) / seconds * 1e-9; }
  bool measured() const { return bestSeconds == bestSeconds; }
};

struct TuneReport {
  std::string title; ///< the model's or kernel's name
  std::string tool, tuner, target, cpu;
  unsigned threads = 1;
  uint64_t seed = 1;
  unsigned trialLimit = 0;
  double budgetSeconds = 0;
  double wallSeconds = 0;
  bool interrupted = false;
  std::vector<KernelReport> kernels;
  bool agreesWithReference = false; ///< the untuned library was run beside an evaluation of the model
  bool agreesWithUntuned = false;   ///< the tuned library was run beside the untuned one
  std::vector<std::string> notes; ///< what the user should know, one sentence each
  std::map<std::string, std::string> options; ///< every option by name, as text

  unsigned trials() const;
  unsigned resumed() const;
  double learningSeconds() const;
  std::array<unsigned, outcomeCount> outcomes() const;
  PhaseTimes spent() const;
  /// Of one run: the sum over the kernels that have both times, each as often as it is called.
  double untunedSeconds() const;
  double tunedSeconds() const;
  double trialsPerSecond() const; ///< of this session's own trials
};

/// How far a session is, for the progress line and the event log.
struct Progress {
  size_t kernel = 0, kernels = 1; ///< 0-based
  std::string name;
  unsigned trials = 0, trialLimit = 0; ///< of the session; limit 0: none
  std::array<unsigned, outcomeCount> outcomes{};
  double best = notMeasured;    ///< of the current kernel, seconds
  double gflops = notMeasured;  ///< at `best`
  double speedup = notMeasured; ///< of the whole program so far, against the defaults
  std::optional<Seconds> left;
};

/// "12.3 ms", "845 us": three digits.
std::string printSeconds(double);
/// "ok 14, compile_failed 2".
std::string printOutcomes(const std::array<unsigned, outcomeCount> &);

/// `alt tune --json`'s document when there is one kernel and `single`, else `alt compile --json`'s.
std::string toJson(const TuneReport &, bool single);
std::string toConsole(const TuneReport &);
/// One file, no scripts and nothing fetched: it opens without a network.
std::string toHtml(const TuneReport &);

} // namespace alt
