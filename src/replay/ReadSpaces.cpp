#include "alt/Records.h"
#include "alt/Replay.h"
#include "alt/Support.h"
#include "replay/RawTable.h"
#include <set>

namespace alt {
namespace {

std::vector<std::pair<std::string, std::string>> cellsOf(std::string_view schedule) {
  std::vector<std::pair<std::string, std::string>> cells;
  while (!schedule.empty()) {
    size_t end = std::min(schedule.find(' '), schedule.size()), equals = schedule.find('=');
    if (equals < end)
      cells.emplace_back(schedule.substr(0, equals), schedule.substr(equals + 1, end - equals - 1));
    schedule.remove_prefix(std::min(end + 1, schedule.size()));
  }
  return cells;
}

/// One kernel's records as a search of it would find them: in the space and by the features that
/// are derived from its task.
RawTable tableOf(const RecordFile &file, const RecordedTask &task) {
  auto space = makeSearchSpace(task.workload, task.target, task.threads);
  auto features = makeFeatures(task.workload, *space, task.target);
  RawTable table;
  table.featureVersion = features->version();
  table.featureNames.assign(features->names().begin(), features->names().end());
  table.features = Matrix(table.featureNames.size());
  for (Observation &each :
       selectRecords(file, task.workload.id, task.target.key(), *space).observations) {
    features->extract(each.schedule, table.features.addRow());
    table.add(cellsOf(print(*space, each.schedule)), std::move(each.measurement));
  }
  return table;
}

/// Records that do not say what they were measured of, or that no longer fit the space of it.
RawTable tableOf(const RecordFile &file, WorkloadId workload, const std::string &target) {
  RawTable table;
  for (const Record &record : file.records)
    if (record.workload == workload && record.target == target)
      table.add(cellsOf(record.schedule), record.measurement);
  return table;
}

/// Our records: "tile.i0=32 order=ijk", a space for each workload and target.
Result<Tables> readOwnRecords(const std::filesystem::path &path) {
  Result<RecordFile> file = readRecords(path);
  if (!file)
    return file.error();
  Tables tables;
  std::set<std::pair<WorkloadId, std::string>> done;
  for (const Record &record : file->records) {
    if (!done.emplace(record.workload, record.target).second)
      continue;
    RawTable table;
    if (const RecordedTask *task = file->taskOf(record.workload, record.target))
      table = tableOf(*file, *task);
    if (table.rows.empty())
      table = tableOf(*file, record.workload, record.target);
    table.task = record.workloadName;
    tables.push_back(std::move(table));
  }
  if (tables.empty())
    return Error{ErrorKind::invalidInput, path.string() + ": The records file has no records."};
  return tables;
}

Result<Tables> readTables(const std::filesystem::path &path) {
  Result<std::string> text = readUnpacked(path);
  if (!text)
    return text.error();
  if (text->starts_with("{\"alt_records\""))
    return readOwnRecords(path);
  for (auto read : {readCsv, readKernelTuner, readTvmLog})
    if (std::optional<Result<Tables>> tables = read(path.string(), *text))
      return std::move(*tables);
  return Error{ErrorKind::invalidInput,
               path.string() + ":1: Not a recorded space; known are our CSV (a column 'status'), "
                               "Kernel Tuner's cache and T4 files, logs of AutoTVM and Ansor, and "
                               "records of alt."};
}

std::string stem(const std::filesystem::path &path) {
  std::string name = path.filename().string();
  for (std::string_view ending : {".gz", ".csv", ".jsonl", ".json", ".log"})
    if (name.ends_with(ending))
      name.resize(name.size() - ending.size());
  return name;
}

} // namespace

Result<std::vector<RecordedSpace>> readRecordedSpaces(const std::filesystem::path &path) {
  Result<Tables> tables = readTables(path);
  if (!tables)
    return tables.error();
  std::vector<RecordedSpace> spaces;
  for (const RawTable &table : *tables) {
    std::string name = stem(path);
    if (tables->size() > 1)
      name += "#" + table.task;
    spaces.push_back(makeRecordedSpace(table, std::move(name)));
  }
  return spaces;
}

} // namespace alt
