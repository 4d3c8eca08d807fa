#include "alt/LiveArena.h"
#include "session/RecordingMeasurer.h"
#include <mutex>
#include <unordered_map>

namespace alt {
namespace {

class MeasuredOnce final : public Measurer {
public:
  static Result<std::shared_ptr<MeasuredOnce>> start(const RecordedTask &task,
                                                     std::shared_ptr<Runner> runner,
                                                     std::shared_ptr<const SearchSpace> space,
                                                     const std::filesystem::path &records) {
    auto self = std::make_shared<MeasuredOnce>();
    self->space = std::move(space);
    if (!records.empty())
      if (auto done = self->openRecords(task, records); !done)
        return done.error();
    auto live = LiveMeasurer::start(std::move(runner), task.workload, *self->space);
    if (!live)
      return live.error();
    self->live = std::move(*live);
    Record prototype = prototypeOf(task);
    prototype.tuner = "compare";
    auto keep = [self = self.get()](const Observation &observation) {
      self->known.emplace(observation.schedule, observation.measurement);
    };
    self->measurer = std::make_unique<RecordingMeasurer>(
        *self->live, *self->space, self->writer.get(), std::move(prototype), keep);
    self->measurer->introduce(task, &self->earlier);
    return self;
  }

  std::vector<Measurement> measure(std::span<const Schedule> schedules,
                                   std::stop_token stop) override {
    std::lock_guard lock(mutex); // one machine, however many runs ask
    std::vector<Schedule> unknown;
    for (const Schedule &schedule : schedules)
      if (!known.contains(schedule))
        unknown.push_back(schedule);
    if (!unknown.empty())
      measurer->measure(unknown, stop);
    std::vector<Measurement> answers;
    for (const Schedule &schedule : schedules) {
      auto at = known.find(schedule);
      if (at == known.end())
        break; // stopped, or broken
      answers.push_back(at->second);
    }
    return answers;
  }

  std::vector<double> seconds() const {
    std::vector<double> all;
    for (const auto &[schedule, measurement] : known)
      all.push_back(measurement.seconds().count());
    return all;
  }
  std::optional<Error> failure() const {
    return live->failure() ? live->failure() : measurer->failure();
  }

private:
  Result<void> openRecords(const RecordedTask &task, const std::filesystem::path &records) {
    if (std::filesystem::exists(records)) {
      auto read = readRecords(records);
      if (!read)
        return read.error();
      earlier = std::move(*read);
      for (Observation &each :
           selectRecords(earlier, task.workload.id, task.target.key(), *space).observations)
        known.emplace(std::move(each.schedule), std::move(each.measurement));
    }
    auto opened = RecordWriter::open(records);
    if (!opened)
      return opened.error();
    writer = std::move(*opened);
    return {};
  }

  std::shared_ptr<const SearchSpace> space;
  RecordFile earlier;
  std::unique_ptr<RecordWriter> writer;
  std::unique_ptr<LiveMeasurer> live;
  std::unique_ptr<RecordingMeasurer> measurer;
  std::mutex mutex;
  std::unordered_map<Schedule, Measurement, ScheduleHash> known;
};

} // namespace

Result<Arena> startLiveArena(std::string name, const Workload &workload,
                             std::shared_ptr<Runner> runner, const std::filesystem::path &records) {
  RecordedTask task{workload, runner->target(), runner->options().threads};
  Arena arena{
      std::move(name), makeSearchSpace(workload, task.target, task.threads), {}, {}, {}, {}};
  arena.features = makeFeatures(workload, *arena.space, task.target);
  auto once = MeasuredOnce::start(task, std::move(runner), arena.space, records);
  if (!once)
    return once.error();
  arena.measurer = *once;
  arena.seconds = [once = *once] { return once->seconds(); };
  arena.failure = [once = *once] { return once->failure(); };
  return arena;
}

} // namespace alt
