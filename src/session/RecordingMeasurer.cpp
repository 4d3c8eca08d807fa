#include "session/RecordingMeasurer.h"

namespace alt {

RecordingMeasurer::RecordingMeasurer(LiveMeasurer &live, const SearchSpace &space,
                                     RecordWriter *writer, Record prototype, OnTrial onTrial)
    : live(live), space(space), writer(writer), prototype(std::move(prototype)),
      onTrial(std::move(onTrial)) {}

std::vector<Measurement> RecordingMeasurer::measure(std::span<const Schedule> schedules,
                                                    std::stop_token stop) {
  // One at a time, so that each is on file when it is known; the others are being built meanwhile.
  if (schedules.size() > 1)
    live.announce(schedules);
  std::vector<Measurement> measurements;
  for (const Schedule &schedule : schedules) {
    if (stop.stop_requested())
      break;
    std::vector<Measurement> one = live.measure(std::span(&schedule, 1), stop);
    if (one.empty())
      break;
    Observation observation{schedule, std::move(one.front())};
    if (writer) {
      Record record = prototype;
      record.schedule = print(space, schedule);
      record.measurement = observation.measurement;
      record.when = std::chrono::duration<double>(
                        std::chrono::system_clock::now().time_since_epoch()).count();
      if (auto done = writer->append(record); !done) {
        writeFailure = done.error();
        break;
      }
    }
    bool goOn = onTrial(observation);
    measurements.push_back(std::move(observation.measurement));
    if (!goOn)
      break;
  }
  return measurements;
}

} // namespace alt
