// One kernel of a session: its space, its sampler, its search so far.
#pragma once
#include "alt/Features.h"
#include "alt/Session.h"
#include "alt/Tuner.h"
#include "session/Leaders.h"
#include "session/RecordingMeasurer.h"

namespace alt {

/// What the kernels of one session have in common.
struct SessionContext {
  const Target &target;
  const SessionOptions &options;
  std::shared_ptr<Runner> runner;
  RecordWriter *writer;
  const RecordFile *earlier; ///< nullptr: none
  const Prior *prior;        ///< likewise
  unsigned lag;              ///< of every search
  std::function<Seconds()> elapsed;
  std::function<void(const KernelReport &, const SearchSpace &, const Observation &)> onTrial;
  std::function<void(const std::string &)> onWarning;
};

class KernelSearch {
public:
  /// Starts building reference and default schedule, reads what the records hold of this kernel.
  static std::unique_ptr<KernelSearch> start(const SessionContext &, const SessionKernel &,
                                             const SamplerInfo &, unsigned trialLimit,
                                             KernelReport &);
  Search &theSearch() { return *search; }
  /// Winner, runner-up and default side by side. Fills the report's best and default.
  Result<void> duel(unsigned rounds);
  /// Without a duel, when there is no time for one: by the trials' own times.
  void settle();

  /// Measuring or recording broke.
  std::optional<Error> failure() const;
  const std::optional<Artifact> &artifact() const { return chosenArtifact; }
  const std::optional<Schedule> &schedule() const { return chosenSchedule; }
  /// Of the default schedule; none when it does not work.
  const std::optional<Artifact> &untuned() const { return defaultArtifact; }
  /// That the chosen schedule wants.
  Result<std::vector<OperandLayout>> layouts() const;

private:
  KernelSearch(const SessionContext &, const SessionKernel &, KernelReport &);
  void observe(const Observation &); ///< counts a new trial
  void count(const Observation &);
  void tryStandIns();
  void choose(const Observation &, double seconds, double defaultSeconds);

  const SessionContext &context;
  const SessionKernel kernel;
  KernelReport &report;
  std::unique_ptr<SearchSpace> space;
  std::unique_ptr<FeatureExtractor> features;
  std::unique_ptr<Sampler> sampler;
  std::unique_ptr<LiveMeasurer> live;
  std::unique_ptr<RecordingMeasurer> measurer;
  std::unique_ptr<Search> search;
  Leaders leaders;
  std::optional<Artifact> chosenArtifact, defaultArtifact;
  std::optional<Schedule> chosenSchedule;
};

} // namespace alt
