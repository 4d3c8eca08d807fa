// Logs of AutoTVM and of Ansor (auto_scheduler): a JSON object a line, many tasks a file.
#include "replay/RawTable.h"
#include "support/Json.h"

namespace alt {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::pair<std::string, std::string>>;

std::string cell(const Json &value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// [[seconds, ...], error code, seconds of the whole trial, timestamp], the same in both.
Measurement measurementOf(const Json &result) {
  static constexpr Outcome outcomes[] = {
      Outcome::ok,      Outcome::scheduleRefused, Outcome::compileFailed,   Outcome::compileFailed,
      Outcome::crashed, Outcome::wrongResult,     Outcome::compileTimedOut, Outcome::runTimedOut,
      Outcome::crashed,
  };
  Measurement measurement;
  unsigned code = result.at(1).get<unsigned>();
  measurement.outcome = code < std::size(outcomes) ? outcomes[code] : Outcome::crashed;
  if (measurement.ok())
    for (const Json &each : result.at(0))
      measurement.samples.push_back(Seconds(each.get<double>()));
  else
    measurement.detail = "TVM's error " + std::to_string(code);
  if (measurement.ok() && measurement.samples.empty())
    measurement.outcome = Outcome::crashed;
  measurement.spent.run = Seconds(result.at(2).get<double>());
  return measurement;
}

/// ["tile_x", "sp", [-1, 4, 16]], ["order", "re", [0, 2, 1]], ["unroll", "ot", 512], "an" likewise.
Cells autotvmCells(const Json &entity) {
  Cells cells;
  for (const Json &knob : entity) {
    std::string name = knob.at(0), kind = knob.at(1);
    const Json &value = knob.at(2);
    if (kind == "sp")
      for (size_t i = 0; i < value.size(); ++i) {
        if (value[i].get<int64_t>() > 0) // -1 is what the others leave
          cells.emplace_back(name + "." + std::to_string(i), cell(value[i]));
      }
    else
      cells.emplace_back(name, cell(value));
  }
  return cells;
}

/// Transformation steps: a split's factors are numbers of their own, what else a step says one
/// word.
Cells ansorCells(const Json &steps) {
  Cells cells;
  for (size_t s = 0; s < steps.size(); ++s) {
    const Json &step = steps[s];
    std::string name = "step" + std::to_string(s), word;
    for (size_t i = 0; i < step.size(); ++i) {
      if (step.at(0) == "SP" && step[i].is_array())
        for (size_t f = 0; f < step[i].size(); ++f)
          cells.emplace_back(name + "." + std::to_string(f), cell(step[i][f]));
      else
        word += (word.empty() ? "" : ":") + cell(step[i]);
    }
    cells.emplace_back(name, word);
  }
  return cells;
}

} // namespace

std::optional<Result<Tables>> readTvmLog(const std::string &path, std::string_view text) {
  Tables tables;
  std::map<std::string, size_t> tasks;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (!line.empty()) {
      try {
        Json entry = parseJson<Json>(line);
        bool autotvm = entry.contains("input") && entry.contains("config");
        if (!autotvm && !(entry.contains("i") && entry.contains("r"))) {
          if (tables.empty())
            return std::nullopt;
          return parseError(path, text, begin, "This line is neither AutoTVM's nor Ansor's.");
        }
        std::string task = autotvm ? entry["input"].dump() : entry["i"].at(0).dump();
        auto [at, fresh] = tasks.emplace(task, tables.size());
        if (fresh) {
          tables.emplace_back();
          tables.back().task = std::to_string(tables.size());
        }
        RawTable &table = tables[at->second];
        if (autotvm)
          table.add(autotvmCells(entry["config"].at("entity")), measurementOf(entry.at("result")));
        else
          table.add(ansorCells(entry["i"].at(1).at(1)), measurementOf(entry["r"]));
      } catch (const Json::exception &) {
        if (tables.empty())
          return std::nullopt;
        return parseError(path, text, begin,
                          "This line is no measurement of AutoTVM or Ansor; is the file cut off?");
      }
    }
    begin = end + 1;
  }
  if (tables.empty())
    return std::nullopt;
  return Result<Tables>(std::move(tables));
}

} // namespace alt
