// One line of a records file, to and from text. `folder` is where the file lies: objects below it
// are named relative to it, so that the folder can be moved.
#pragma once
#include "alt/Records.h"
#include <optional>
#include <string_view>
#include <variant>

namespace alt {

std::string toLine(const RecordHeader &);
std::string toLine(const RecordedTask &);
std::string toLine(const Record &, const std::filesystem::path &folder);

/// A line of a schema that this program does not know.
struct ForeignSchema {
  int schema;
};
/// The Error has only the reason; the caller knows file and line.
using Line = std::variant<RecordHeader, RecordedTask, Record, ForeignSchema, Error>;
Line parseLine(std::string_view, const std::filesystem::path &folder);

} // namespace alt
