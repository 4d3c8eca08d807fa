// Kernel Tuner's cache files ("cache": {"16,1": {...}}) and the T4 results ("results": [...]) that
// Kernel Tuner, KTT and others write.
#include "replay/RawTable.h"
#include "support/Json.h"
#include <set>

namespace alt {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const Json &value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Seconds milliseconds(const Json &object, const char *key) {
  auto at = object.find(key);
  return Seconds(at != object.end() && at->is_number() ? at->get<double>() * 1e-3 : 0.0);
}

Seconds sum(const Json &value) {
  double total = 0;
  for (const Json &each : value)
    total += each.is_number() ? each.get<double>() : 0.0;
  return Seconds(total * 1e-3);
}

std::vector<std::pair<std::string, std::string>> cells(const Json &configuration,
                                                       const std::vector<std::string> &keys) {
  std::vector<std::pair<std::string, std::string>> row;
  for (const std::string &key : keys)
    if (auto at = configuration.find(key); at != configuration.end())
      row.emplace_back(key, cell(*at));
  return row;
}

Measurement cachedMeasurement(const Json &entry) {
  Measurement measurement;
  auto time = entry.find("time");
  // Failures are a word in place of the time; old files have 1e20.
  if (time != entry.end() && time->is_number() && time->get<double>() < 1e19) {
    measurement.outcome = Outcome::ok;
    measurement.samples = {Seconds(time->get<double>() * 1e-3)};
  } else {
    measurement.detail = time != entry.end() ? cell(*time) : "no time";
    measurement.outcome = outcomeFromWord(measurement.detail);
  }
  measurement.spent.build = milliseconds(entry, "compile_time");
  measurement.spent.check = milliseconds(entry, "verification_time");
  measurement.spent.run = milliseconds(entry, "benchmark_time");
  if (measurement.spent.total().count() == 0)
    measurement.spent =
        assumedTimes(measurement.samples.empty() ? Seconds(0) : measurement.samples[0]);
  return measurement;
}

/// The result's measurement "time"; the names of the others are added to `others`.
std::optional<Seconds> t4Time(const Json &result, std::set<std::string> &others) {
  auto list = result.find("measurements");
  if (list == result.end() || !list->is_array())
    return std::nullopt;
  std::optional<Seconds> time;
  for (const Json &each : *list) {
    if (!each.is_object() || !each.contains("value") || !each["value"].is_number())
      continue;
    if (std::string name = each.value("name", ""); name != "time") {
      others.insert(name);
      continue;
    }
    std::string unit = each.value("unit", "ms");
    double scale = unit == "s" || unit == "seconds" ? 1 : unit == "us" ? 1e-6 : 1e-3;
    time = Seconds(each["value"].get<double>() * scale);
  }
  return time;
}

Measurement t4Measurement(const Json &result, std::optional<Seconds> time) {
  Measurement measurement;
  std::string invalidity = result.value("invalidity", "correct");
  measurement.outcome = outcomeFromWord(invalidity);
  if (measurement.ok() && time)
    measurement.samples = {*time};
  else if (measurement.ok())
    measurement.outcome = Outcome::crashed;
  measurement.detail = measurement.ok() ? "" : invalidity;
  if (auto times = result.find("times"); times != result.end() && times->is_object()) {
    measurement.spent.build =
        milliseconds(*times, "compilation_time") + milliseconds(*times, "compilation");
    measurement.spent.check = milliseconds(*times, "validation");
    for (const char *key : {"runtimes", "benchmark"})
      if (auto runs = times->find(key); runs != times->end())
        measurement.spent.run += runs->is_array() ? sum(*runs) : milliseconds(*times, key);
  }
  if (measurement.spent.total().count() == 0)
    measurement.spent = assumedTimes(time.value_or(Seconds(0)));
  return measurement;
}

Result<Tables> fromCache(const std::string &path, std::string_view text, const Json &document) {
  std::vector<std::string> keys;
  for (const Json &key : document.value("tune_params_keys", Json::array()))
    keys.push_back(cell(key));
  const Json &cache = document["cache"];
  if (keys.empty() || !cache.is_object() || cache.empty())
    return parseError(path, text, 0, "The Kernel Tuner cache has no tune_params_keys or no entry.");
  RawTable table;
  for (const Json &entry : cache)
    if (entry.is_object())
      table.add(cells(entry, keys), cachedMeasurement(entry));
  if (table.rows.empty())
    return parseError(path, text, 0, "The Kernel Tuner cache has no usable entry.");
  return Tables{std::move(table)};
}

Result<Tables> fromT4(const std::string &path, std::string_view text, const Json &document) {
  RawTable table;
  bool anyTime = false;
  std::set<std::string> others;
  for (const Json &result : document["results"]) {
    if (!result.is_object() || !result.contains("configuration"))
      continue;
    std::vector<std::string> keys;
    for (const auto &item : result["configuration"].items())
      keys.push_back(item.key());
    std::optional<Seconds> time = t4Time(result, others);
    anyTime |= time.has_value();
    table.add(cells(result["configuration"], keys), t4Measurement(result, time));
  }
  if (table.rows.empty())
    return parseError(path, text, 0, "The T4 file has no result with a configuration.");
  if (!anyTime && !others.empty())
    return parseError(path, text, 0,
                      "The T4 file measures no 'time' (but '" + *others.begin() +
                          "'), and alt minimises time; is it of another objective?");
  return Tables{std::move(table)};
}

} // namespace

std::optional<Result<Tables>> readKernelTuner(const std::string &path, std::string_view text) {
  if (!text.starts_with('{'))
    return std::nullopt;
  Json document;
  try {
    document = parseJson<Json>(text);
  } catch (const std::invalid_argument &tooDeep) {
    return parseError(path, text, 0, std::string("This is no Kernel Tuner cache: ") + tooDeep.what() + ".");
  } catch (const Json::parse_error &error) {
    // One object a line is another format; an object that ends too early is this one, cut off.
    size_t firstLine = std::min(text.find('\n'), text.size());
    if (Json::accept(text.substr(0, firstLine)))
      return std::nullopt;
    return parseError(path, text, error.byte,
                      "The JSON ends or breaks here; is the file cut off (Kernel Tuner closes its "
                      "cache at the end of a run)?");
  }
  try {
    if (document.contains("cache"))
      return fromCache(path, text, document);
    if (document.contains("results") && document["results"].is_array())
      return fromT4(path, text, document);
  } catch (const Json::exception &error) {
    return parseError(path, text, 0, std::string("Not as Kernel Tuner writes it: ") + error.what());
  }
  return std::nullopt;
}

} // namespace alt
