#include "session/KernelSearch.h"
#include "alt/Lower.h"
#include "session/DefaultObject.h"
#include <algorithm>
#include <cmath>

namespace alt {

KernelSearch::KernelSearch(const SessionContext &context, const SessionKernel &kernel,
                           KernelReport &report)
    : context(context), kernel(kernel), report(report),
      space(spaceOf(kernel.workload, context.target, context.options.measure.threads)),
      leaders(space->defaultSchedule()) {
  report.defaultSchedule = print(*space, space->defaultSchedule());
  report.spaceSize = space->size();
}

std::unique_ptr<KernelSearch> KernelSearch::start(const SessionContext &context,
                                                  const SessionKernel &kernel,
                                                  const SamplerInfo &tuner, unsigned trialLimit,
                                                  KernelReport &report) {
  std::unique_ptr<KernelSearch> self(new KernelSearch(context, kernel, report));
  const SearchSpace &space = *self->space;
  self->live = LiveMeasurer::prepare(context.runner, kernel.workload, space);

  const RecordedTask task{kernel.workload, context.target, context.options.measure.threads};
  Record prototype = prototypeOf(task);
  prototype.tuner = tuner.name;
  prototype.seed = context.options.seed;
  self->measurer = std::make_unique<RecordingMeasurer>(
      *self->live, space, context.writer, std::move(prototype),
      [self = self.get()](const Observation &observation) { self->observe(observation); });

  self->measurer->introduce(task, context.earlier);

  self->features = makeFeatures(kernel.workload, space, context.target);
  self->sampler = tuner.make({space, *self->features, context.prior});
  TuneOptions options;
  options.trials = trialLimit;
  options.seed = context.options.seed;
  options.lag = context.lag;
  options.untilConverged = untilConverged(context.options);
  self->search =
      std::make_unique<Search>(TuneParts{space, *self->sampler, *self->measurer, nullptr}, options);

  if (context.earlier) {
    Resumable earlier =
        selectRecords(*context.earlier, kernel.workload.id, context.target.key(), space);
    for (const std::string &warning : earlier.warnings)
      context.onWarning(warning);
    for (const Observation &observation : earlier.observations)
      self->count(observation);
    report.resumed = report.trials;
    self->search->resume(earlier.observations);
  }
  if (!self->search->result().baseline) // what is measured first is built first
    self->live->announce({{space.defaultSchedule()}});
  return self;
}

/// What a trial, resumed or new, does to the report.
void KernelSearch::count(const Observation &observation) {
  const Measurement &measurement = observation.measurement;
  ++report.trials;
  ++report.outcomes[static_cast<unsigned>(measurement.outcome)];
  if (!measurement.ok())
    ++report.failures[measurement.detail.substr(0, measurement.detail.find('\n'))];
  double best =
      leaders.best().empty() ? INFINITY : leaders.best().front().measurement.seconds().count();
  leaders.add(observation);
  if (double seconds = measurement.seconds().count(); seconds < best) {
    report.curve.push_back({report.trials, context.elapsed().count(), seconds});
    report.bestSeconds = seconds;
    report.bestSchedule = print(*space, observation.schedule);
  }
  if (leaders.baseline() && leaders.baseline()->measurement.ok())
    report.defaultSeconds = leaders.baseline()->measurement.seconds().count();
}

void KernelSearch::observe(const Observation &observation) {
  const PhaseTimes &spent = observation.measurement.spent;
  report.spent.build += spent.build;
  report.spent.check += spent.check;
  report.spent.run += spent.run;
  count(observation);
  context.onTrial(report, *space, observation);
}

std::optional<Error> KernelSearch::failure() const {
  return live->failure() ? live->failure() : measurer->failure();
}

void KernelSearch::choose(const Observation &winner, double seconds, double defaultSeconds) {
  chosenSchedule = winner.schedule;
  chosenArtifact = winner.measurement.artifact;
  report.bestSeconds = seconds;
  report.defaultSeconds = defaultSeconds;
  report.bestSchedule = print(*space, winner.schedule);
  report.isDefault = winner.schedule == space->defaultSchedule();
}

Result<std::vector<OperandLayout>> KernelSearch::layouts() const {
  return layoutsOf({kernel.workload, space.get(), &*chosenSchedule}, context.target);
}

void KernelSearch::settle() {
  if (leaders.best().empty())
    return;
  const Observation &winner = leaders.best().front();
  choose(winner, winner.measurement.seconds().count(), report.defaultSeconds);
}

/// Nothing that was tried works: before it is left to plain loops, what may stand in for the
/// default.
void KernelSearch::tryStandIns() {
  std::string reason = report.failures.empty() ? "" : report.failures.begin()->first;
  for (const Schedule &schedule : standIns(*space)) {
    std::vector<Measurement> measured = measurer->measure({&schedule, 1}, {});
    if (measured.empty() || !measured.front().ok())
      continue;
    Seconds seconds = measured.front().seconds();
    choose({schedule, std::move(measured.front())}, seconds.count(), report.defaultSeconds);
    context.onWarning(insteadOfDefault(report.name, reason, report.bestSchedule));
    return;
  }
}

Result<void> KernelSearch::duel(unsigned rounds) {
  // The default comes first: it is what is emitted unless something is faster beside it.
  std::vector<Observation> rivals;
  const auto &baseline = leaders.baseline();
  if (baseline && baseline->measurement.ok())
    rivals.push_back(*baseline);
  for (const Observation &leader : leaders.best())
    if (rivals.size() < 3 && !(baseline && leader.schedule == baseline->schedule))
      rivals.push_back(leader);

  std::vector<Artifact> artifacts;
  for (Observation &rival : rivals) {
    auto &artifact = rival.measurement.artifact;
    if (!artifact) // measured by an earlier session, whose objects are gone
      artifact = live->build(rival.schedule).artifact;
    if (artifact)
      artifacts.push_back(*artifact);
  }
  std::erase_if(rivals, [](const Observation &rival) { return !rival.measurement.artifact; });
  if (rivals.empty()) {
    if (report.trials > 0)
      tryStandIns();
    return {};
  }
  if (rivals[0].schedule == space->defaultSchedule())
    defaultArtifact = rivals[0].measurement.artifact;
  if (rivals.size() == 1) { // nothing to compare it with
    choose(rivals[0], rivals[0].measurement.seconds().count(), report.defaultSeconds);
    return {};
  }
  std::vector<Measurement> times = live->duel(artifacts, rounds);
  if (auto broken = failure())
    return *broken;

  double defaultSeconds = notMeasured;
  size_t winner = rivals.size();
  for (size_t i = 0; i < rivals.size() && i < times.size(); ++i) {
    if (!times[i].ok())
      continue;
    if (rivals[i].schedule == space->defaultSchedule())
      defaultSeconds = times[i].seconds().count();
    if (winner == rivals.size() || times[i].seconds() < times[winner].seconds())
      winner = i;
  }
  if (winner < rivals.size())
    choose(rivals[winner], times[winner].seconds().count(), defaultSeconds);
  return {};
}

} // namespace alt
