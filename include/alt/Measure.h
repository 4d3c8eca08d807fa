// Building, checking and timing candidates. A failed candidate is an observation, never an Error.
#pragma once
#include "alt/KernelPlan.h"
#include "alt/SearchSpace.h"
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace alt {

using Seconds = std::chrono::duration<double>;

/// How a trial ended. In JSON: "ok", "schedule_refused", "compile_failed", "compile_timed_out",
/// "run_timed_out", "crashed", "out_of_memory", "wrong_result".
enum class Outcome {
  ok,
  scheduleRefused,
  compileFailed,
  compileTimedOut,
  runTimedOut,
  crashed,
  outOfMemory,
  wrongResult,
};
inline constexpr unsigned outcomeCount = 8;
std::string_view name(Outcome);
std::optional<Outcome> outcomeFromName(std::string_view);

/// Where a trial's wall-clock seconds went.
struct PhaseTimes {
  Seconds propose{}; ///< the tuner's share: refit and selection, divided over the batch
  Seconds build{};   ///< lowering and code generation
  Seconds check{};   ///< comparison with the reference
  Seconds run{};     ///< warm-up and timed calls
  Seconds total() const { return propose + build + check + run; }
};

/// A compiled candidate on disk, in a folder of the session's own.
struct Artifact {
  std::filesystem::path object; ///< relocatable object file
  std::string objectHash; ///< SHA-256 of its bytes when it was built: nothing else is run or emitted
  KernelPlan plan;
};

struct Measurement {
  Outcome outcome = Outcome::crashed;
  std::vector<Seconds> samples; ///< per call, raw; empty unless outcome is ok
  std::string detail;           ///< diagnostic, signal's name or first wrong element
  PhaseTimes spent;
  std::optional<Artifact> artifact; ///< absent in replays and after failures

  bool ok() const { return outcome == Outcome::ok; }
  /// The robust estimate that candidates are ranked by: a low quantile of the samples (noise on a
  /// shared machine only ever adds). Infinite unless ok.
  Seconds seconds() const;
};

struct Observation {
  Schedule schedule;
  Measurement measurement;
};

/// Builds, checks and times candidates of one workload. One Measurement a schedule, in order.
/// A stop request ends early: the answers so far are returned, the rest is missing.
class Measurer {
public:
  virtual ~Measurer() = default;
  virtual std::vector<Measurement> measure(std::span<const Schedule>, std::stop_token = {}) = 0;
  /// What will be measured next: may be begun at once. Nothing for who answers at once.
  virtual void announce(std::span<const Schedule>) {}
};

} // namespace alt
