// Tuning many kernels that share one budget, from records to the objects to emit: what `alt tune` and
// `alt compile` do between reading and writing.
#pragma once
#include "alt/LiveMeasurer.h"
#include "alt/Options.h"
#include "alt/Prior.h"
#include "alt/Report.h"
#include "alt/SearchSpace.h"
#include <filesystem>
#include <span>
#include <stop_token>

namespace alt {

struct SessionOptions {
  unsigned trials = 0;        ///< in all; 0: 200 for one kernel, 64 for each of many
  Seconds budget{0};          ///< wall clock; 0: no limit
  std::string until;          ///< "converged", "trials"; empty: converged inside a budget, else trials
  std::string tuner = "alt";  ///< a name of samplers()
  std::string prior = "shipped"; ///< what other kernels' records a new kernel starts from (Prior.h)
  uint64_t seed = 1;
  unsigned lag = 1;           ///< as in TuneOptions, for a kernel that is tuned alone
  unsigned duelRounds = 15;   ///< samples of winner, runner-up and default, taken in turns at the end
  MeasureOptions measure;
};
void bind(OptionTable &, SessionOptions &);
/// Whether a kernel's search ends when its curve is flat (StopRule).
bool untilConverged(const SessionOptions &);

struct SessionKernel {
  const Workload &workload;
  unsigned uses = 1; ///< calls in one run; 0: not worth tuning, the default will do
};

class SessionObserver {
public:
  virtual ~SessionObserver() = default;
  virtual void onProgress(const Progress &) {}
  virtual void onTrial(const KernelReport &, const SearchSpace &, const Observation &) {}
  virtual void onWarning(const std::string &) {}
};

/// What a session leaves: the report, and an object a kernel. The objects lie in the runner's
/// folder, so they live as long as this does.
struct SessionResult {
  TuneReport report;
  std::vector<Artifact> artifacts; ///< one a kernel, in order
  std::vector<std::optional<Schedule>> schedules; ///< what is emitted; none: the plain loops
  /// The defaults' objects, which what is emitted must agree with; empty without measuring.
  std::vector<Artifact> untuned;
  std::shared_ptr<Runner> runner;
};

/// Measures the default of every kernel, searches where most time can be won, then times winner,
/// runner-up and default side by side; nothing slower than the default is returned. Each
/// measurement is in the records file before the next begins; what that file holds already is used.
Result<SessionResult> runSession(std::span<const SessionKernel>, const Target &,
                                 const SessionOptions &, const std::filesystem::path &records,
                                 SessionObserver &, std::stop_token);

/// No measuring: every kernel by its default schedule, objects in `folder`.
Result<SessionResult> buildDefaults(std::span<const SessionKernel>, const Target &,
                                    unsigned threads, const std::filesystem::path &folder);

} // namespace alt
