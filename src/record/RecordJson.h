// One line of a records file, to and from text.
#pragma once
#include "alt/Records.h"
#include <optional>
#include <string_view>
#include <variant>

namespace alt {

std::string toLine(const RecordHeader &);
std::string toLine(const RecordedTask &);
std::string toLine(const Record &);

/// A line of a schema that this program does not know.
struct ForeignSchema {
  int schema;
};
/// The Error has only the reason; the caller knows file and line.
using Line = std::variant<RecordHeader, RecordedTask, Record, ForeignSchema, Error>;
Line parseLine(std::string_view);

} // namespace alt
