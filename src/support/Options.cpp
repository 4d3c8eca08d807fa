#include "alt/Options.h"
#include "alt/Support.h"
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace alt {

using Duration = std::chrono::duration<double>;

static Error usage(std::string message) { return {ErrorKind::usage, std::move(message)}; }

template <class Number> static bool parseWhole(std::string_view text, Number &value) {
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size();
}

Result<Duration> parseDuration(std::string_view text) {
  auto wrong = [&](const char *why) {
    return usage("'" + std::string(text) + "' " + why + "; write it like 90s, 5m or 1h.");
  };
  double number = 0;
  const char *end = text.data() + text.size();
  auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || !std::isfinite(number))
    return wrong("is not a length of time");
  std::string_view unit(rest, static_cast<size_t>(end - rest));
  double scale = unit.empty() || unit == "s" ? 1
                 : unit == "ms"              ? 1e-3
                 : unit == "m" || unit == "min" ? 60
                 : unit == "h"               ? 3600
                                             : 0;
  if (scale == 0)
    return wrong("is not a length of time");
  if (number < 0)
    return wrong("is negative");
  return Duration(number * scale);
}

std::string printDuration(Duration duration) {
  char text[64];
  double seconds = duration.count();
  if (seconds < 10 && seconds != std::floor(seconds)) {
    std::snprintf(text, sizeof text, "%.3gs", seconds);
    return text;
  }
  auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 100)
    std::snprintf(text, sizeof text, "%llds", whole);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%lldm%02llds", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
  return text;
}

void OptionTable::operator()(std::string_view name, Field field, std::string_view help) {
  for ([[maybe_unused]] const Entry &entry : list)
    assert(entry.name != name && "an option's name is bound once");
  list.push_back({std::string(name), std::string(help), field});
}

namespace {
struct Assign {
  std::string_view text;
  /// What would have been right; empty when it was.
  std::string operator()(bool *field) const {
    if (text != "true" && text != "false")
      return "true or false";
    *field = text == "true";
    return "";
  }
  std::string operator()(unsigned *field) const {
    return parseWhole(text, *field) ? "" : "a whole number";
  }
  std::string operator()(uint64_t *field) const {
    return parseWhole(text, *field) ? "" : "a whole number";
  }
  std::string operator()(int64_t *field) const {
    return parseWhole(text, *field) ? "" : "a whole number";
  }
  std::string operator()(double *field) const {
    return parseWhole(text, *field) && std::isfinite(*field) ? "" : "a number";
  }
  std::string operator()(std::string *field) const {
    *field = text;
    return "";
  }
  std::string operator()(Duration *field) const {
    auto parsed = parseDuration(text);
    if (!parsed)
      return "a length of time that is not negative, like 90s, 5m or 1h";
    *field = *parsed;
    return "";
  }
};
} // namespace

Result<void> OptionTable::set(std::string_view name, std::string_view text) {
  for (Entry &entry : list) {
    if (entry.name != name)
      continue;
    std::string wanted = std::visit(Assign{text}, entry.field);
    if (!wanted.empty())
      return usage(entry.name + " must be " + wanted + ", not '" + std::string(text) + "'.");
    entry.given = true;
    return {};
  }
  std::vector<std::string> names;
  for (const Entry &entry : list)
    names.push_back(entry.name);
  std::string near = nearest(name, names);
  return usage("There is no option '" + std::string(name) + "'" +
               (near.empty() ? "; `alt options` lists them." : "; did you mean '" + near + "'?"));
}

static std::string trim(std::string_view text) {
  size_t from = text.find_first_not_of(" \t\r"), to = text.find_last_not_of(" \t\r");
  return from == text.npos ? "" : std::string(text.substr(from, to - from + 1));
}

Result<void> OptionTable::readConfig(const std::filesystem::path &path) {
  auto contents = readFile(path);
  if (!contents)
    return contents.error();
  std::istringstream lines(*contents);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    line = trim(std::string_view(line).substr(0, line.find('#')));
    if (line.empty())
      continue;
    std::string place = path.string() + ":" + std::to_string(number) + ": ";
    size_t equals = line.find('=');
    if (equals == line.npos)
      return usage(place + "'" + line + "' is not of the form name = value.");
    std::string name = trim(std::string_view(line).substr(0, equals));
    bool given = false;
    for (const Entry &entry : list)
      given |= entry.given && entry.name == name;
    if (given)
      continue;
    if (auto done = set(name, trim(std::string_view(line).substr(equals + 1))); !done)
      return usage(place + done.error().message);
  }
  return {};
}

std::string OptionTable::print(const Entry &entry) {
  struct {
    std::string operator()(const bool *field) const { return *field ? "true" : "false"; }
    std::string operator()(const unsigned *field) const { return std::to_string(*field); }
    std::string operator()(const uint64_t *field) const { return std::to_string(*field); }
    std::string operator()(const int64_t *field) const { return std::to_string(*field); }
    std::string operator()(const double *field) const {
      char text[32];
      return {text, std::to_chars(text, text + sizeof text, *field).ptr};
    }
    std::string operator()(const std::string *field) const { return *field; }
    std::string operator()(const Duration *field) const {
      char text[32];
      auto end = std::to_chars(text, text + sizeof text, field->count()).ptr;
      return std::string(text, end) + "s";
    }
  } print;
  return std::visit(print, entry.field);
}

} // namespace alt
