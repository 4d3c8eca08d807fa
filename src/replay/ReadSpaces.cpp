#include "alt/Records.h"
#include "alt/Replay.h"
#include "replay/RawTable.h"
#include <map>
#include <zlib.h>

namespace alt {
namespace {

/// The file's text, unpacked when it is gzipped (zlib reads plain files as they are).
Result<std::string> readUnpacked(const std::filesystem::path &path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code))
    return Error{ErrorKind::io, path.string() + ": There is no such file."};
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    return Error{ErrorKind::io, path.string() + ": The file cannot be opened."};
  std::string text, chunk(1 << 18, '\0');
  int count;
  while ((count = gzread(file, chunk.data(), unsigned(chunk.size()))) > 0)
    text.append(chunk, 0, size_t(count));
  int status = Z_OK;
  gzerror(file, &status);
  bool bad = count < 0 || (status != Z_OK && status != Z_STREAM_END);
  gzclose(file);
  if (bad)
    return Error{ErrorKind::invalidInput,
                 path.string() + ": The gzip stream is broken or cut off; fetch the file again."};
  return text;
}

/// Our records: "tile.i0=32 order=ijk", a space for each workload and target.
Result<Tables> readOwnRecords(const std::filesystem::path &path) {
  Result<RecordFile> file = readRecords(path);
  if (!file)
    return file.error();
  Tables tables;
  std::map<std::string, size_t> tasks;
  for (Record &record : file->records) {
    auto [at, fresh] = tasks.emplace(record.workload.hex() + record.target, tables.size());
    if (fresh) {
      tables.emplace_back();
      tables.back().task = record.workloadName;
    }
    std::vector<std::pair<std::string, std::string>> cells;
    std::string_view text = record.schedule;
    while (!text.empty()) {
      size_t end = std::min(text.find(' '), text.size()), equals = text.find('=');
      if (equals < end)
        cells.emplace_back(text.substr(0, equals), text.substr(equals + 1, end - equals - 1));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    tables[at->second].add(cells, std::move(record.measurement));
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
