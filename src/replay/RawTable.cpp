#include "replay/RawTable.h"
#include "replay/TableFeatures.h"
#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_set>

namespace alt {

void RawTable::add(const std::vector<std::pair<std::string, std::string>> &cells,
                   Measurement measurement) {
  std::vector<std::string> row(knobs.size());
  for (const auto &[name, value] : cells) {
    auto at = std::find(knobs.begin(), knobs.end(), name);
    size_t column = size_t(at - knobs.begin());
    if (at == knobs.end()) {
      knobs.push_back(name);
      for (auto &earlier : rows)
        earlier.emplace_back();
      row.emplace_back();
    }
    row[column] = value;
  }
  rows.push_back(std::move(row));
  measurements.push_back(std::move(measurement));
}

static std::optional<double> number(const std::string &text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

/// The knob of one column and, for each row, the option taken.
static std::pair<Knob, std::vector<uint16_t>> makeKnob(const RawTable &raw, size_t column) {
  Knob knob{raw.knobs[column], Knob::Kind::ordinal, {}, {}};
  std::set<double> numbers;
  std::set<std::string> words;
  bool numeric = true;
  for (const auto &row : raw.rows) {
    words.insert(row[column]);
    if (std::optional<double> value = number(row[column]))
      numbers.insert(*value);
    else
      numeric = false;
  }
  if (numeric) {
    knob.options.assign(numbers.begin(), numbers.end());
  } else {
    knob.kind = Knob::Kind::categorical;
    knob.labels.assign(words.begin(), words.end());
    for (size_t i = 0; i < knob.labels.size(); ++i)
      knob.options.push_back(double(i));
  }
  std::vector<uint16_t> choices;
  for (const auto &row : raw.rows) {
    size_t option;
    if (numeric)
      option =
          size_t(std::lower_bound(knob.options.begin(), knob.options.end(), *number(row[column])) -
                 knob.options.begin());
    else
      option = size_t(std::lower_bound(knob.labels.begin(), knob.labels.end(), row[column]) -
                      knob.labels.begin());
    choices.push_back(uint16_t(option));
  }
  return {std::move(knob), std::move(choices)};
}

RecordedSpace makeRecordedSpace(const RawTable &raw, std::string name) {
  std::vector<Knob> knobs;
  std::vector<Schedule> schedules(raw.rows.size());
  for (size_t column = 0; column < raw.knobs.size(); ++column) {
    auto [knob, choices] = makeKnob(raw, column);
    if (knob.options.size() < 2)
      continue;
    knobs.push_back(std::move(knob));
    for (size_t row = 0; row < schedules.size(); ++row)
      schedules[row].choice.push_back(choices[row]);
  }
  RecordedSpace recorded{std::move(name), nullptr, {}, nullptr};
  std::vector<Schedule> points;
  Matrix features(raw.featureNames.size());
  std::unordered_set<Schedule, ScheduleHash> seen;
  for (size_t row = 0; row < schedules.size(); ++row)
    if (seen.insert(schedules[row]).second) {
      points.push_back(schedules[row]);
      recorded.measurements.push_back(raw.measurements[row]);
      if (features.columns > 0)
        std::ranges::copy(raw.features.row(row), features.addRow().begin());
    }
  recorded.space = makeTableSpace(std::move(knobs), std::move(points));
  if (features.columns > 0)
    recorded.features = std::make_shared<TableFeatures>(recorded.space, raw.featureVersion,
                                                        raw.featureNames, std::move(features));
  else
    recorded.features = makeKnobFeatures(*recorded.space);
  return recorded;
}

Outcome outcomeFromWord(std::string_view word) {
  if (std::optional<Outcome> ours = outcomeFromName(word))
    return *ours;
  static constexpr std::pair<std::string_view, Outcome> words[] = {
      {"correct", Outcome::ok},
      {"compile", Outcome::compileFailed},
      {"CompilationFailedConfig", Outcome::compileFailed},
      {"runtime", Outcome::crashed},
      {"RuntimeFailedConfig", Outcome::crashed},
      {"timeout", Outcome::runTimedOut},
      {"correctness", Outcome::wrongResult},
      {"constraints", Outcome::scheduleRefused},
      {"InvalidConfig", Outcome::scheduleRefused},
  };
  for (auto [text, outcome] : words)
    if (text == word)
      return outcome;
  return Outcome::crashed;
}

PhaseTimes assumedTimes(Seconds call) {
  PhaseTimes times;
  times.build = Seconds(1);
  times.run = 10 * call;
  return times;
}

Error parseError(const std::string &path, std::string_view text, size_t byte,
                 const std::string &what) {
  size_t line = 1 + size_t(std::count(text.begin(),
                                      text.begin() + ptrdiff_t(std::min(byte, text.size())), '\n'));
  return {ErrorKind::invalidInput, path + ":" + std::to_string(line) + ": " + what};
}

} // namespace alt
