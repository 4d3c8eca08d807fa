// The main loop: choose, measure, learn; for one workload, and for many that share a budget.
#pragma once
#include "alt/Records.h"
#include "alt/Sampler.h"
#include "alt/StopRule.h"
#include <array>
#include <stop_token>

namespace alt {

struct TuneOptions {
  unsigned trials = 200;  ///< measurements for this workload, failed and resumed ones included
  Seconds budget{0};      ///< wall clock; 0 means no limit
  uint64_t seed = 1;      ///< same seed, space and answers: same proposals
  unsigned batch = 0;     ///< candidates between two refits; 0 means what the sampler prefers
  unsigned lag = 0; ///< answers of a batch that the choice of the next one does not wait for, at most
                    ///< half of it: the models are fitted while these are being measured
  bool untilConverged = false; ///< stop when the curve is flat (StopRule), within the other limits
  bool defaultFirst = true; ///< measure the space's default schedule before anything else
};

class TuneObserver { // progress line, event log, tests
public:
  virtual ~TuneObserver() = default;
  virtual void onBatch(std::span<const Observation>) {}
  virtual void onBest(const Observation &) {}
};

struct TuneResult {
  std::optional<Observation> best;     ///< none when nothing ran
  std::optional<Observation> baseline; ///< the default schedule, measured first; also when it failed
  unsigned trials = 0;             ///< resumed ones included
  std::array<unsigned, outcomeCount> outcomes{};
  Seconds wall{};
  Seconds learning{}; ///< refits and selection
  std::vector<Seconds> curve; ///< best so far after each trial; infinite until one ran
  double expectedLeft = 1; ///< share of time that more trials may save; known once converged
  std::string stopReason; ///< "trials", "budget", "exhausted", "converged", "interrupted"
};

struct TuneParts {
  const SearchSpace &space;
  Sampler &sampler;
  Measurer &measurer;
  TuneObserver *observer = nullptr;
};

/// One workload's search. `step` does one batch; `run` steps until a limit is reached. Stepping
/// lets a scheduler share a budget among many searches. With a lag a step leaves the next batch
/// announced to the measurer, so it is for searches that have it to themselves.
class Search {
public:
  Search(TuneParts, TuneOptions);
  /// Tells what earlier runs measured; counts as trials.
  void resume(std::span<const Observation>);
  /// Measures one batch of at most `limit` candidates, the default schedule first of all; false
  /// when the space is exhausted.
  bool step(size_t limit, std::stop_token = {});
  TuneResult run(std::stop_token = {});
  /// Asked to stop when converged, and it is.
  bool converged() const { return options.untilConverged && stopRule.converged(); }
  const TuneResult &result() const { return state; }

private:
  void choose(size_t limit);
  std::vector<Schedule> propose(size_t limit);
  void measure(std::span<const Schedule>, Seconds proposing, std::stop_token);
  void account(const Observation &);

  TuneParts parts;
  TuneOptions options;
  Rng rng;
  TuneResult state;
  StopRule stopRule;
  Schedule defaultSchedule;
  std::vector<Schedule> next; ///< the batch that was chosen
  Seconds choosing{};         ///< what that took
};

} // namespace alt
