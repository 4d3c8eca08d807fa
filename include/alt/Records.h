// The append-only log of every measurement: JSON lines, one self-contained line a measurement.
// docs/records.md is the schema.
#pragma once
#include "alt/Measure.h"
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace alt {

inline constexpr int recordSchema = 1;

/// Who measured, where and how: the first line of a file, and again at each later session.
struct RecordHeader {
  int schema = recordSchema;
  std::string tool;     ///< "alt 0.1.0"
  std::string revision; ///< git, with "-dirty" when the tree was
  std::string compiler; ///< LLVM's version, which wrote the kernels
  std::string cpu, governor, kernel; ///< as /proc and sysfs say; "" when they do not
  int aslr = -1;        ///< kernel.randomize_va_space
  double load = 0;      ///< one-minute average at the start
  unsigned cores = 0;
  double when = 0;      ///< seconds since the epoch
  std::map<std::string, std::string> options; ///< every option by name, as text
};
/// Everything but `options`.
RecordHeader describeSession();

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

/// What a kernel's records were measured of: with it, whoever reads them can make the space and the
/// features again. The workload comes without its text.
struct RecordedTask {
  Workload workload;
  Target target;
  unsigned threads = 1;
};

/// What reading a records file back found.
struct RecordFile {
  std::vector<RecordHeader> sessions;
  std::vector<RecordedTask> tasks;
  std::vector<Record> records;
  std::vector<std::string> warnings; ///< truncated last line, foreign schema; one sentence each

  /// nullptr when the file does not say (it was written by an alt that did not).
  const RecordedTask *taskOf(WorkloadId, const std::string &targetKey) const;
};

/// Reads records of any target, from a file that may be gzipped. A truncated last line is dropped
/// with a warning, lines of a newer schema are left alone with a warning. A file that is no records
/// file at all is an Error (file:line); a missing one too.
Result<RecordFile> readRecords(const std::filesystem::path &);

/// Appends; each append is one write of whole lines, in the kernel's hands before it returns, so
/// that kill -9 loses nothing. (Not on the platter: an fdatasync a trial costs more than it saves.)
/// When others delete, replace or cut short the file meanwhile, all that it should hold goes into a
/// new file beside, FILE.rescued, where writing goes on.
class RecordWriter {
public:
  /// Hears, once and at once, what happened to the file and where the records are now.
  using Listener = std::function<void(const std::string &)>;
  /// Makes the file or appends a session to it; a line that an earlier kill left in half is cut
  /// off. Errors: a foreign file, one that another alt is appending to, one that cannot be written.
  static Result<std::unique_ptr<RecordWriter>> open(const std::filesystem::path &,
                                                    const RecordHeader & = describeSession(),
                                                    Listener onRescue = {});
  virtual ~RecordWriter() = default;
  virtual Result<void> append(const Record &) = 0;
  /// Says what the records that follow were measured of; once for each file is enough.
  virtual Result<void> append(const RecordedTask &) = 0;
  /// Looks whether the file is still what was written, as each append does.
  virtual Result<void> verify() = 0;
  /// For who fails before anything was measured: removes a file that is new and holds no record.
  virtual void discardUnlessMeasured() = 0;
};

/// The records of a file that a search can go on from, in order and each schedule once.
struct Resumable {
  /// Without artifacts: a file's word is no reason to run an object; it is built again.
  std::vector<Observation> observations;
  std::vector<std::string> warnings;     ///< what was left unused and why, one sentence each
};
Resumable selectRecords(const RecordFile &, WorkloadId, const std::string &targetKey,
                        const SearchSpace &);

} // namespace alt
