#include "alt/LiveMeasurer.h"
#include "alt/Support.h"
#include "measure/RunnerState.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <list>
#include <utility>

namespace alt {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct LiveMeasurer::State {
  /// A candidate on its way.
  struct Trial {
    Schedule schedule;
    uint64_t building = 0, timing = 0;
    std::optional<BuildAnswer> built;
    std::optional<Measurement> done;
    bool asked = false; ///< a measure() waits for it; else it was only announced
  };

  std::shared_ptr<Runner> owner;
  Runner::State &runner;
  Workload workload;
  const SearchSpace &space;
  std::list<Trial> trials; ///< in the order in which they were announced or asked for
  Listener listener;
  uint64_t referenceBuild = 0; ///< asked for and not yet waited for
  std::optional<Error> broken;
  Seconds reference{};
  Seconds best{std::numeric_limits<double>::infinity()};

  State(std::shared_ptr<Runner> owner, Runner::State &runner, const Workload &workload,
        const SearchSpace &space)
      : owner(std::move(owner)), runner(runner), workload(workload), space(space) {}
  ChildLimits limits(Seconds wall) const;
  fs::path objectFor(const std::string &schedule) const;
  uint64_t askBuild(const std::string &schedule);
  uint64_t askPlainBuild();
  Trial &begin(const Schedule &);
  Trial &claim(const Schedule &);
  void advance(Trial &);
  void drop(const Trial &);
  uint64_t askTime(std::vector<Artifact>);
  BuildAnswer awaitBuild(uint64_t number);
  TimeAnswer awaitTime(uint64_t number);
  bool ready();
};

ChildLimits LiveMeasurer::State::limits(Seconds wall) const {
  return {wall, runner.options.memoryLimit};
}

fs::path LiveMeasurer::State::objectFor(const std::string &schedule) const {
  std::string stem = schedule.empty() ? "reference" : hex16(fnv1a(schedule));
  return runner.options.objects / (workload.id.hex() + "-" + stem + ".o");
}

uint64_t LiveMeasurer::State::askBuild(const std::string &schedule) {
  BuildRequest request;
  request.workload = workload.id;
  request.schedule = schedule;
  request.object = objectFor(schedule);
  request.limits = limits(runner.options.buildLimit);
  return runner.ask(std::move(request));
}

/// The reference.
uint64_t LiveMeasurer::State::askPlainBuild() {
  BuildRequest plain;
  plain.workload = workload.id;
  plain.object = objectFor("");
  plain.limits = limits(std::max(runner.options.buildLimit, Seconds(60)));
  return runner.ask(std::move(plain));
}

LiveMeasurer::State::Trial &LiveMeasurer::State::begin(const Schedule &schedule) {
  Trial &trial = trials.emplace_back();
  trial.schedule = schedule;
  trial.building = askBuild(print(space, schedule));
  return trial;
}

/// The one that was announced, or a new one.
LiveMeasurer::State::Trial &LiveMeasurer::State::claim(const Schedule &schedule) {
  auto announced = std::ranges::find_if(
      trials, [&](const Trial &trial) { return !trial.asked && trial.schedule == schedule; });
  Trial &trial = announced != trials.end() ? *announced : begin(schedule);
  trial.asked = true;
  return trial;
}

uint64_t LiveMeasurer::State::askTime(std::vector<Artifact> artifacts) {
  const MeasureOptions &options = runner.options;
  TimeRequest request;
  request.workload = workload.id;
  request.artifacts = std::move(artifacts);
  request.threads = options.threads;
  request.sampleTime = options.sampleTime;
  request.samplingTime = options.samplingTime;
  request.samples = options.samples;
  if (std::isfinite(best.count()) && options.hopelessFactor > 0)
    // Never what is over soon anyway: a first call is slow for other reasons too.
    request.hopeless = std::max(best * options.hopelessFactor, 3 * options.sampleTime);
  request.cores = runner.timingCores;
  request.limits = limits(options.runLimit);
  return runner.ask(std::move(request));
}

BuildAnswer LiveMeasurer::State::awaitBuild(uint64_t number) {
  while (!runner.failure) {
    if (auto answer = runner.takeBuild(number))
      return *answer;
    runner.pump(Seconds(1));
  }
  BuildAnswer none;
  none.detail = runner.failure->message;
  return none;
}

TimeAnswer LiveMeasurer::State::awaitTime(uint64_t number) {
  while (!runner.failure) {
    if (auto answer = runner.takeTime(number))
      return *answer;
    runner.pump(Seconds(1));
  }
  TimeAnswer none;
  none.measurements.emplace_back().detail = runner.failure->message;
  return none;
}

LiveMeasurer::LiveMeasurer(std::unique_ptr<State> s) : state(std::move(s)) {}
LiveMeasurer::~LiveMeasurer() {
  for (const State::Trial &trial : state->trials)
    state->drop(trial);
  if (state->referenceBuild)
    state->runner.abandon(state->referenceBuild);
  state->runner.forget(state->workload.id);
}

std::unique_ptr<LiveMeasurer> LiveMeasurer::prepare(std::shared_ptr<Runner> runner,
                                                    const Workload &workload,
                                                    const SearchSpace &space) {
  Runner::State &r = runner->internals();
  std::unique_ptr<State> state(new State(runner, r, workload, space));
  r.describe({workload, r.target, r.options.threads});
  state->referenceBuild = state->askPlainBuild();
  return std::unique_ptr<LiveMeasurer>(new LiveMeasurer(std::move(state)));
}

Result<std::unique_ptr<LiveMeasurer>> LiveMeasurer::start(std::shared_ptr<Runner> runner,
                                                          const Workload &workload,
                                                          const SearchSpace &space) {
  std::unique_ptr<LiveMeasurer> measurer = prepare(std::move(runner), workload, space);
  if (!measurer->state->ready())
    return *measurer->failure();
  return measurer;
}

/// Waits for the reference and runs it, once. False: `broken` says why there is none.
bool LiveMeasurer::State::ready() {
  if (!referenceBuild)
    return !broken;
  auto breaks = [&](const std::string &step, const std::string &why) {
    broken = Error{ErrorKind::internal, workload.name + ": the unscheduled reference cannot be " +
                                            step + ": " + why + "."};
    return false;
  };
  // Once more where a child died or went short of memory: others may have been the cause (the
  // kernel's killer takes whom it likes), and without the reference nothing can be measured.
  BuildAnswer built = awaitBuild(std::exchange(referenceBuild, 0));
  if (built.outcome == Outcome::outOfMemory || built.outcome == Outcome::compileFailed)
    built = awaitBuild(askPlainBuild());
  if (built.outcome != Outcome::ok)
    return breaks("built", built.detail);

  ReferenceRequest request;
  request.workload = workload.id;
  request.artifact = built.artifact;
  // Plain loops over a large shape take long.
  request.limits = limits(std::max(runner.options.runLimit, Seconds(300)));
  TimeAnswer ran = awaitTime(runner.ask(request));
  if (Outcome how = ran.measurements[0].outcome;
      how == Outcome::outOfMemory || how == Outcome::crashed)
    ran = awaitTime(runner.ask(request));
  if (ran.measurements[0].ok() && !ran.finite) {
    request.positive = true;
    ran = awaitTime(runner.ask(request));
  }
  if (!ran.measurements[0].ok())
    return breaks("run", std::string(name(ran.measurements[0].outcome)) + ": " +
                             ran.measurements[0].detail);
  reference = ran.measurements[0].samples[0];
  return true;
}

void LiveMeasurer::onEach(Listener listener) { state->listener = std::move(listener); }

void LiveMeasurer::announce(std::span<const Schedule> schedules) {
  for (const Schedule &schedule : schedules)
    if (std::ranges::find(state->trials, schedule, &State::Trial::schedule) == state->trials.end())
      state->begin(schedule);
}

/// A candidate that did not become an object.
static Measurement unbuilt(const BuildAnswer &answer) {
  Measurement measurement;
  measurement.outcome = answer.outcome;
  measurement.detail = answer.detail;
  measurement.spent.build = answer.spent;
  return measurement;
}

/// Takes what came of it, and asks for its timing when it is built and its turn.
void LiveMeasurer::State::advance(Trial &trial) {
  if (trial.done)
    return;
  if (!trial.built && (trial.built = runner.takeBuild(trial.building)) &&
      trial.built->outcome != Outcome::ok)
    trial.done = unbuilt(*trial.built);
  if (trial.built && !trial.done && !trial.timing) {
    // Two at a time: one runs, the next is at hand.
    auto inTiming =
        std::ranges::count_if(trials, [](const Trial &each) { return each.timing && !each.done; });
    if (inTiming < 2)
      trial.timing = askTime({trial.built->artifact});
  }
  if (trial.timing)
    if (auto answer = runner.takeTime(trial.timing)) {
      trial.done = std::move(answer->measurements[0]);
      trial.done->spent.build = trial.built->spent;
      trial.done->artifact = trial.built->artifact;
      if (!trial.done->ok()) {
        trial.done->artifact.reset();
        std::error_code ignored;
        fs::remove(trial.built->artifact.object, ignored);
      }
      best = std::min(best, trial.done->seconds());
    }
  if (trial.done && listener)
    listener(trial.schedule, *trial.done);
}

void LiveMeasurer::State::drop(const Trial &trial) {
  runner.abandon(trial.building);
  runner.abandon(trial.timing);
}

std::vector<Measurement> LiveMeasurer::measure(std::span<const Schedule> schedules,
                                               std::stop_token stop) {
  Runner::State &runner = state->runner;
  using Trial = State::Trial;
  std::vector<Trial *> asked; // they are built while the reference runs
  for (const Schedule &schedule : schedules)
    asked.push_back(&state->claim(schedule));
  auto open = [&] {
    return std::ranges::any_of(asked, [](const Trial *trial) { return !trial->done; });
  };
  std::optional<Clock::time_point> stopped;
  constexpr auto grace = std::chrono::seconds(1); // what is nearly done is worth waiting for
  while (state->ready() && !runner.failure) {
    if (stop.stop_requested()) {
      if (!stopped)
        stopped = Clock::now();
      else if (Clock::now() - *stopped > grace)
        break;
    }
    for (Trial &trial : state->trials)
      state->advance(trial);
    if (!open())
      break;
    runner.pump(Seconds(0.05));
  }
  std::vector<Measurement> answers;
  for (Trial *trial : asked) {
    if (!trial->done)
      break;
    answers.push_back(std::move(*trial->done));
  }
  std::erase_if(state->trials, [&](const Trial &trial) {
    if (trial.asked)
      state->drop(trial);
    return trial.asked;
  });
  return answers;
}

Measurement LiveMeasurer::build(const Schedule &schedule) {
  BuildAnswer answer = state->awaitBuild(state->askBuild(print(state->space, schedule)));
  Measurement measurement = unbuilt(answer);
  if (answer.outcome == Outcome::ok)
    measurement.artifact = answer.artifact;
  return measurement;
}

std::vector<Measurement> LiveMeasurer::duel(std::span<const Artifact> artifacts, unsigned rounds,
                                            Seconds sampleTime) {
  Runner::State &runner = state->runner;
  if (!state->ready())
    return {};
  while (runner.building() && !runner.failure) // a quiet machine
    runner.pump(Seconds(0.05));
  TimeRequest request;
  request.workload = state->workload.id;
  request.artifacts.assign(artifacts.begin(), artifacts.end());
  request.threads = runner.options.threads;
  request.sampleTime = sampleTime;
  request.samples = rounds;
  request.samplingTime = sampleTime * (2.0 * rounds);
  request.cores = runner.timingCores;
  request.limits = state->limits(Seconds(600));
  TimeAnswer answer = state->awaitTime(runner.ask(std::move(request)));
  std::vector<Measurement> found = std::move(answer.measurements);
  found.resize(artifacts.size(), found[0]); // the child died: all share its fate
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i].ok())
      found[i].artifact = artifacts[i];
  return found;
}

Seconds LiveMeasurer::referenceTime() const { return state->reference; }
const std::optional<Error> &LiveMeasurer::failure() const {
  return state->runner.failure ? state->runner.failure : state->broken;
}

} // namespace alt
