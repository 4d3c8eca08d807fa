// The append-only log of every measurement: JSON lines, one self-contained line a measurement.
#pragma once
#include "alt/Measure.h"
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace alt {

struct Record {
  WorkloadId workload;
  std::string workloadName;
  std::string target;   ///< Target::key()
  std::string schedule; ///< print(space, schedule)
  Measurement measurement;
  std::string tuner;
  uint64_t seed = 0;
  double when = 0; ///< seconds since the epoch
};

/// What reading a records file back found.
struct RecordFile {
  std::vector<Record> records;
  std::vector<std::string> warnings; ///< truncated last line, foreign schema; one sentence each
};

/// Reads records of any target; a truncated last line is dropped with a warning. A file that is not
/// a records file at all is an Error.
Result<RecordFile> readRecords(const std::filesystem::path &);

/// Appends; each append is one write of whole lines, flushed to the file before it returns.
class RecordWriter {
public:
  static Result<std::unique_ptr<RecordWriter>> open(const std::filesystem::path &);
  virtual ~RecordWriter() = default;
  virtual Result<void> append(const Record &) = 0;
};

} // namespace alt
