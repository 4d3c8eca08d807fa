// Our own table: the knobs' columns, then status, time_ms, compile_ms, bench_ms.
#include "replay/RawTable.h"
#include <algorithm>
#include <array>
#include <charconv>

namespace alt {
namespace {

/// One line's cells; quotes hold commas together ("(0, 1, 2)").
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

struct MeasuredColumns {
  size_t status, time, compile, bench;
};

std::optional<Seconds> milliseconds(const std::vector<std::string> &cells, size_t column) {
  if (column >= cells.size() || cells[column].empty())
    return std::nullopt;
  double value = 0;
  const std::string &text = cells[column];
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0))
    return std::nullopt;
  return Seconds(value * 1e-3);
}

Measurement measurementOf(const std::vector<std::string> &cells, MeasuredColumns columns) {
  Measurement measurement;
  const std::string &status = cells[columns.status];
  measurement.outcome = outcomeFromWord(status);
  std::optional<Seconds> time = milliseconds(cells, columns.time);
  if (measurement.ok() && time)
    measurement.samples = {*time};
  else
    measurement.detail = status;
  auto compile = milliseconds(cells, columns.compile), bench = milliseconds(cells, columns.bench);
  measurement.spent = assumedTimes(time.value_or(Seconds(0)));
  if (compile || bench) {
    measurement.spent.build = compile.value_or(Seconds(0));
    measurement.spent.run = bench.value_or(Seconds(0));
  }
  return measurement;
}

} // namespace

std::optional<Result<Tables>> readCsv(const std::string &path, std::string_view text) {
  std::vector<std::string> header = split(text.substr(0, text.find('\n')));
  auto column = [&](std::string_view name) {
    return size_t(std::find(header.begin(), header.end(), name) - header.begin());
  };
  MeasuredColumns columns{column("status"), column("time_ms"), column("compile_ms"),
                          column("bench_ms")};
  if (columns.status == header.size() || columns.time == header.size())
    return std::nullopt;
  RawTable table;
  table.knobs.assign(header.begin(), header.begin() + ptrdiff_t(columns.status));
  if (table.knobs.empty())
    return parseError(path, text, 0, "The table has no knob before its column 'status'.");
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (begin > 0 && !line.empty()) {
      std::vector<std::string> cells = split(line);
      if (cells.size() != header.size())
        return parseError(path, text, begin,
                          "The row has " + std::to_string(cells.size()) + " cells, the header " +
                              std::to_string(header.size()) + "; is the file cut off?");
      Measurement measurement = measurementOf(cells, columns);
      if (measurement.ok() && measurement.samples.empty())
        return parseError(path, text, begin, "The row says ok but time_ms is no time.");
      cells.resize(table.knobs.size());
      table.rows.push_back(std::move(cells));
      table.measurements.push_back(std::move(measurement));
    }
    begin = end + 1;
  }
  if (table.rows.empty())
    return parseError(path, text, 0, "The table has a header and no rows.");
  return Result<Tables>(Tables{std::move(table)});
}

} // namespace alt
