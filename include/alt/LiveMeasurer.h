// Measuring on this machine: candidates are built and timed in children of `alt-runner`, which have
// limits and die alone. docs/measuring.md says how and why.
#pragma once
#include "alt/Measure.h"
#include <functional>

namespace alt {

struct MeasureOptions {
  unsigned buildWorkers = 0; ///< candidates built at once; 0: as many as cores
  unsigned threads = 1;      ///< cores that a kernel may use
  Seconds buildLimit{10};    ///< wall clock of one build; raising it lets slower compiles pass
  Seconds runLimit{4};       ///< wall clock of one candidate's check and timing
  int64_t memoryLimit = int64_t(4) << 30; ///< address space that a candidate may add, bytes
  Seconds sampleTime{
      1e-3};            ///< a sample lasts at least so long; short kernels are called in batches
  unsigned samples = 9; ///< at most so many samples...
  Seconds samplingTime{16e-3}; ///< ...and no more once they took so long together (but at least 3)
  double hopelessFactor = 4;   ///< first calls so many times slower than the best get one sample
  bool pin = true;             ///< one-threaded kernels are timed on a core of their own
  std::filesystem::path
      objects; ///< where objects are kept; empty: a folder that goes with the Runner
  std::filesystem::path runner; ///< alt-runner; empty: beside the running executable
};

/// The two fork servers (building, timing) and the pipes to them. One serves any number of
/// workloads, one measurer at a time; a server that dies is started again.
class Runner {
public:
  /// Returns at once; the servers warm up in the background. The error says that alt-runner or the
  /// objects' folder cannot be used.
  static Result<std::shared_ptr<Runner>> start(const Target &, const MeasureOptions & = {});
  ~Runner();
  Runner(const Runner &) = delete;
  Runner &operator=(const Runner &) = delete;
  const MeasureOptions &options() const;
  const Target &target() const;

  struct State;
  explicit Runner(std::unique_ptr<State>);
  State &internals() { return *state; } ///< for measure/ only

private:
  std::unique_ptr<State> state;
};

class LiveMeasurer final : public Measurer {
public:
  /// Starts building the workload's unscheduled reference, which every candidate is compared with;
  /// the first measure() waits for it and runs it. So several kernels can get ready side by side.
  /// The space must be spaceOf(workload, target, threads), which the children derive again.
  static std::unique_ptr<LiveMeasurer> prepare(std::shared_ptr<Runner>, const Workload &,
                                               const SearchSpace &);
  /// The same, and waits: an error when the reference cannot be built or run.
  static Result<std::unique_ptr<LiveMeasurer>> start(std::shared_ptr<Runner>, const Workload &,
                                                     const SearchSpace &);
  ~LiveMeasurer() override;

  std::vector<Measurement> measure(std::span<const Schedule>, std::stop_token = {}) override;
  /// Called within measure() for each trial as soon as it is done, in any order, announced ones
  /// too: what is recorded here survives a kill before the batch is complete. (Its spent.propose is
  /// not known yet.)
  using Listener = std::function<void(const Schedule &, const Measurement &)>;
  void onEach(Listener);
  /// Starts building; timed as soon as a measure() finds the timing core free. So no core idles
  /// while the caller refits its model, and what is announced should be measured.
  void announce(std::span<const Schedule>) override;

  /// Builds without timing: for a winner whose object is gone, for default schedules. The
  /// measurement has the artifact when it is ok, and no samples.
  Measurement build(const Schedule &);

  /// Times artifacts side by side, in turns, in one child: the only way to compare a winner with
  /// its rivals. Each is checked first. One measurement an artifact, `rounds` samples each.
  std::vector<Measurement> duel(std::span<const Artifact>, unsigned rounds = 15,
                                Seconds sampleTime = Seconds(3e-3));

  /// Of the unscheduled kernel's one call.
  Seconds referenceTime() const;
  /// Set when measuring itself broke (disk full, alt-runner gone, no reference) and answers are
  /// missing.
  const std::optional<Error> &failure() const;

private:
  struct State;
  explicit LiveMeasurer(std::unique_ptr<State>);
  std::unique_ptr<State> state;
};

} // namespace alt
