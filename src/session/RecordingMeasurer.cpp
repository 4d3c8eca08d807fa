#include "session/RecordingMeasurer.h"

namespace alt {

Record prototypeOf(const RecordedTask &task) {
  Record prototype;
  prototype.workload = task.workload.id;
  prototype.workloadName = task.workload.name;
  prototype.target = task.target.key();
  return prototype;
}

RecordingMeasurer::RecordingMeasurer(LiveMeasurer &live, const SearchSpace &space,
                                     RecordWriter *writer, Record prototype, OnTrial onTrial)
    : live(live), space(space), writer(writer), prototype(std::move(prototype)),
      onTrial(std::move(onTrial)) {
  live.onEach([this](const Schedule &schedule, const Measurement &measurement) {
    keep({schedule, measurement});
  });
}

void RecordingMeasurer::introduce(const RecordedTask &task, const RecordFile *earlier) {
  if (!writer || (earlier && earlier->taskOf(task.workload.id, task.target.key())))
    return;
  if (auto done = writer->append(task); !done)
    writeFailure = done.error();
}

void RecordingMeasurer::keep(const Observation &observation) {
  if (writer && !writeFailure) {
    Record record = prototype;
    record.schedule = print(space, observation.schedule);
    record.measurement = observation.measurement;
    record.when = Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
    if (auto done = writer->append(record); !done)
      writeFailure = done.error();
  }
  onTrial(observation);
}

std::vector<Measurement> RecordingMeasurer::measure(std::span<const Schedule> schedules,
                                                    std::stop_token stop) {
  if (writeFailure)
    return {};
  return live.measure(schedules, stop);
}

} // namespace alt
