#include "Events.h"
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace alt {

using Json = nlohmann::ordered_json;

Result<std::unique_ptr<SessionWatcher>> SessionWatcher::open(Log &log,
                                                             const std::filesystem::path &path) {
  std::FILE *file = nullptr;
  if (!path.empty() && !(file = std::fopen(path.c_str(), "w")))
    return Error{ErrorKind::io, path.string() + ": cannot write the events: " + std::strerror(errno) + "."};
  return std::unique_ptr<SessionWatcher>(new SessionWatcher(log, file));
}

SessionWatcher::SessionWatcher(Log &log, std::FILE *events)
    : log(log), display(log, steadyClock(), {}), events(events) {}

SessionWatcher::~SessionWatcher() {
  if (events)
    std::fclose(events);
}

void SessionWatcher::onProgress(const Progress &progress) { display.update(progress); }

void SessionWatcher::onWarning(const std::string &warning) {
  if (warned.insert(warning).second)
    log.warn(warning);
}

void SessionWatcher::onTrial(const KernelReport &kernel, const SearchSpace &space,
                             const Observation &observation) {
  const Measurement &measurement = observation.measurement;
  bool better = !kernel.curve.empty() && kernel.curve.back().trial == kernel.trials;
  if (log.level() >= LogLevel::debug)
    log.debug(kernel.name + " " + std::to_string(kernel.trials) + ": " +
              std::string(name(measurement.outcome)) + " " +
              (measurement.ok() ? printSeconds(measurement.seconds().count()) : measurement.detail) +
              (better ? "  (best so far)" : "") + "  " + print(space, observation.schedule));
  if (!events)
    return;
  Json line = {{"event", "trial"},
               {"wall", (clock() - begin).count()},
               {"kernel", kernel.name},
               {"trial", kernel.trials},
               {"outcome", name(measurement.outcome)},
               {"best", better},
               {"schedule", print(space, observation.schedule)}};
  if (measurement.ok())
    line["seconds"] = measurement.seconds().count();
  else
    line["detail"] = measurement.detail;
  std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), events);
  std::fflush(events);
}

} // namespace alt
