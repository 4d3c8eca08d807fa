// Reading records back: the whole file, and the part of it that a search can go on from.
#include "alt/Support.h"
#include "record/RecordJson.h"
#include <algorithm>
#include <set>

namespace alt {

namespace fs = std::filesystem;

static std::string place(const fs::path &path, size_t line) {
  return path.string() + ":" + std::to_string(line) + ": ";
}

static std::string withoutStop(std::string text) {
  while (text.ends_with('.'))
    text.pop_back();
  return text;
}

Result<RecordFile> readRecords(const fs::path &path) {
  Result<std::string> contents = readUnpacked(path);
  if (!contents)
    return contents.error();
  RecordFile file;
  bool readable = false; // the lines now read belong to a session of a known schema
  size_t unreadable = 0;
  std::string firstUnreadable;
  std::string_view rest = *contents;
  for (size_t number = 1; !rest.empty(); ++number) {
    size_t end = rest.find('\n');
    bool whole = end != std::string_view::npos;
    std::string_view text = rest.substr(0, end);
    rest = whole ? rest.substr(end + 1) : std::string_view();

    if (number == 1 && !text.starts_with("{\"alt_records\"") &&
        (whole || !std::string_view("{\"alt_records\"").starts_with(text)))
      return Error{ErrorKind::invalidInput, place(path, 1) +
                                                "Not a records file of alt (its first line has no "
                                                "\"alt_records\"); give another --records file."};
    Line line = parseLine(text);
    if (auto *header = std::get_if<RecordHeader>(&line)) {
      file.sessions.push_back(std::move(*header));
      readable = true;
    } else if (auto *foreign = std::get_if<ForeignSchema>(&line)) {
      file.warnings.push_back(
          place(path, number) + "Records of schema " + std::to_string(foreign->schema) +
          " are kept and not used; this alt reads schema " + std::to_string(recordSchema) + ".");
      readable = false;
    } else if (!readable && number > 1) {
      continue; // of a foreign session, already told
    } else if (auto *task = std::get_if<RecordedTask>(&line)) {
      file.tasks.push_back(std::move(*task));
    } else if (auto *record = std::get_if<Record>(&line)) {
      file.records.push_back(std::move(*record));
    } else if (!whole) {
      file.warnings.push_back(place(path, number) +
                              "The last line is cut off (alt was killed while writing it) and is "
                              "dropped.");
    } else if (++unreadable == 1) { // more of them are counted
      firstUnreadable = place(path, number) + "This line is no record and is not used: " +
                        withoutStop(std::get<Error>(line).message);
    }
  }
  if (unreadable)
    file.warnings.push_back(firstUnreadable +
                            (unreadable > 1 ? " (" + std::to_string(unreadable - 1) + " more like it)." : "."));
  return file;
}

const RecordedTask *RecordFile::taskOf(WorkloadId workload, const std::string &targetKey) const {
  for (const RecordedTask &task : tasks)
    if (task.workload.id == workload && task.target.key() == targetKey)
      return &task;
  return nullptr;
}

Resumable selectRecords(const RecordFile &file, WorkloadId workload, const std::string &targetKey,
                        const SearchSpace &space) {
  Resumable found;
  std::set<Schedule> seen;
  unsigned otherTarget = 0, otherSpace = 0;
  std::string foreignTarget, reason;
  for (const Record &record : file.records) {
    if (record.workload != workload)
      continue; // another kernel of the same model: nothing to say
    if (record.target != targetKey) {
      ++otherTarget;
      foreignTarget = record.target;
      continue;
    }
    Result<Schedule> schedule = parse(space, record.schedule);
    if (!schedule || !space.legal(*schedule)) {
      ++otherSpace;
      reason = schedule ? "a constraint of the space forbids it" : schedule.error().message;
      continue;
    }
    if (!seen.insert(*schedule).second)
      continue;
    found.observations.push_back({*schedule, record.measurement});
  }
  if (otherTarget)
    found.warnings.push_back(std::to_string(otherTarget) +
                             " records were measured on another "
                             "target (" +
                             foreignTarget + ") and are not used.");
  if (otherSpace)
    found.warnings.push_back(std::to_string(otherSpace) +
                             " records do not fit today's search "
                             "space and are not used: " +
                             reason);
  return found;
}

} // namespace alt
