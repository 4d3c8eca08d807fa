// What every reader of recorded spaces makes: named cells of text and one measurement a row.
#pragma once
#include "alt/Replay.h"
#include "model/Matrix.h"
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

struct RawTable {
  std::string task;               ///< tells the tasks of one file apart; "" when it has one
  std::vector<std::string> knobs; ///< in the file's order
  std::vector<std::vector<std::string>> rows; ///< a cell a knob; "" where a knob does not apply
  std::vector<Measurement> measurements;      ///< one a row
  /// What the learner is to see of each row; no columns: the knobs will do.
  std::string featureVersion;
  std::vector<std::string> featureNames;
  Matrix features;

  /// Adds a row whose knobs need not all be known yet, nor all be given.
  void add(const std::vector<std::pair<std::string, std::string>> &cells, Measurement);
};

/// Columns of numbers become ordinal knobs, others categorical; columns with one value are left out
/// and a schedule listed twice keeps its first measurement.
RecordedSpace makeRecordedSpace(const RawTable &, std::string name);

// Each knows its format from the text: nullopt when it is not this format at all.
using Tables = std::vector<RawTable>;
std::optional<Result<Tables>> readCsv(const std::string &path, std::string_view text);
std::optional<Result<Tables>> readKernelTuner(const std::string &path, std::string_view text);
std::optional<Result<Tables>> readTvmLog(const std::string &path, std::string_view text);

/// A failure said in another tool's word ("compile", "runtime", "timeout", "correctness", ...).
Outcome outcomeFromWord(std::string_view word);
/// What a trial took where the file does not say: a second to build, ten calls to time.
PhaseTimes assumedTimes(Seconds call);

Error parseError(const std::string &path, std::string_view text, size_t byte,
                 const std::string &what);

} // namespace alt
