// A comparison as text, CSV and JSON.
#include "alt/Support.h"
#include "alt/Table.h"
#include "compare/Summary.h"
#include <cstdio>
#include <nlohmann/json.hpp>

namespace alt {

static std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

static std::string withInterval(const Ratio &ratio) {
  if (ratio.spaces == 0)
    return "-";
  return fixed(ratio.geomean, 2) + " [" + fixed(ratio.low, 2) + ", " + fixed(ratio.high, 2) + "]";
}

static size_t metricIndex(std::string_view metric) {
  auto metrics = compareMetrics();
  return size_t(std::find(metrics.begin(), metrics.end(), metric) - metrics.begin());
}

static std::string ratioTable(const Comparison &comparison, const std::vector<Ratio> &all) {
  std::string text;
  static constexpr std::string_view shown[] = {"trials_to_10pct", "trials_to_5pct",
                                               "trials_to_1pct",  "seconds_to_5pct",
                                               "failed_seconds",  "failed_seconds_to_5pct"};
  for (const std::string &baseline : comparison.options.baselines) {
    std::vector<std::string> head{"times fewer than " + baseline};
    for (std::string_view metric : shown)
      head.emplace_back(metric);
    Table table(head, std::vector<Table::Align>(head.size(), Table::left));
    for (const std::string &tuner : comparison.options.tuners) {
      std::vector<std::string> row{tuner};
      for (std::string_view metric : shown)
        for (const Ratio &ratio : all)
          if (ratio.tuner == tuner && ratio.baseline == baseline && ratio.metric == metric)
            row.push_back(withInterval(ratio));
      if (row.size() == head.size())
        table.add(row);
    }
    text += table.print() + "\n";
  }
  return text;
}

std::string compareText(const Comparison &comparison) {
  const CompareOptions &options = comparison.options;
  std::vector<SummaryRow> rows = summarise(comparison);
  std::string text = std::to_string(comparison.spaces.size()) + " spaces, " +
                     std::to_string(options.seeds) + " seeds, " + std::to_string(options.trials) +
                     " trials; geometric means over the spaces that are not degenerate, 95 % "
                     "intervals over seeds; prior: " +
                     describe(options.prior.get()) + "\n\n";
  text += ratioTable(comparison, ratios(comparison));
  for (std::string_view metric : {"trials_to_5pct", "seconds_to_5pct"}) {
    std::vector<std::string> head{"mean " + std::string(metric)};
    head.insert(head.end(), options.tuners.begin(), options.tuners.end());
    std::vector<Table::Align> align(head.size(), Table::right);
    align[0] = Table::left;
    Table table(head, align);
    for (size_t s = 0; s < comparison.spaces.size(); ++s) {
      const ComparedSpace &space = comparison.spaces[s];
      std::vector<std::string> row{space.name + (space.degenerate() ? " (degenerate)" : "")};
      for (size_t t = 0; t < options.tuners.size(); ++t)
        row.push_back(fixed(rows[s * options.tuners.size() + t].metrics[metricIndex(metric)],
                            metric[0] == 't' ? 0 : 1));
      table.add(row);
    }
    text += table.print() + "\n";
  }
  std::vector<std::string> head{"tuner"};
  for (const char *what : {"best after ", "10th pct "})
    for (unsigned trials : checkpoints)
      head.push_back((trials == checkpoints[0] ? what : "") + std::to_string(trials));
  head.insert(head.end(), {"within 5 %", "failed", "their s", "own s"});
  Table table(head, std::vector<Table::Align>(head.size(), Table::right));
  for (size_t t = 0; t < options.tuners.size(); ++t) {
    std::vector<double> mean(std::size(checkpoints)), low(std::size(checkpoints));
    double reached = 0, failed = 0, failedSeconds = 0, learning = 0;
    double share = 1.0 / double(comparison.spaces.size());
    for (const SummaryRow &row : rows) {
      if (row.tuner != t)
        continue;
      for (size_t i = 0; i < row.after.size(); ++i) {
        mean[i] += row.after[i].mean * share;
        low[i] += row.after[i].low * share;
      }
      reached += row.reached5 * share;
      failed += row.metrics[metricIndex("failed_trials")] * share;
      failedSeconds += row.metrics[metricIndex("failed_seconds")] * share;
      learning += row.learningSeconds * share;
    }
    std::vector<std::string> cells{options.tuners[t]};
    for (const auto &values : {mean, low})
      for (double value : values)
        cells.push_back(value > 0 ? fixed(value, 3) : "-");
    for (auto [value, digits] :
         {std::pair(reached, 2), {failed, 1}, {failedSeconds, 1}, {learning, 2}})
      cells.push_back(fixed(value, digits));
    table.add(cells);
  }
  text += table.print() + "\n";
  Table stop({"stop rule", "trials saved", "quality lost", "its bound held"},
             {Table::left, Table::right, Table::right, Table::right});
  for (size_t t = 0; t < options.tuners.size(); ++t) {
    Stopping s = stopping(comparison, t);
    stop.add({options.tuners[t], fixed(100 * s.trialsSaved, 0) + " %",
              fixed(100 * s.lost, 2) + " %", fixed(100 * s.covered, 0) + " %"});
  }
  return text + stop.print();
}

std::string compareCsv(const Comparison &comparison) {
  std::string text = "space,tuner";
  for (std::string_view metric : compareMetrics())
    text += "," + std::string(metric);
  text += ",reached_5pct";
  for (const char *what : {",best_", ",p10_"})
    for (unsigned trials : checkpoints)
      text += what + std::to_string(trials);
  text += ",learning_seconds\n";
  for (const SummaryRow &row : summarise(comparison)) {
    text += comparison.spaces[row.space].name + "," + comparison.options.tuners[row.tuner];
    for (double value : row.metrics)
      text += "," + fixed(value, 4);
    text += "," + fixed(row.reached5, 4);
    for (bool low : {false, true})
      for (size_t i = 0; i < std::size(checkpoints); ++i)
        text +=
            i < row.after.size() ? "," + fixed(low ? row.after[i].low : row.after[i].mean, 5) : ",";
    text += "," + fixed(row.learningSeconds, 4) + "\n";
  }
  return text;
}

std::string compareJson(const Comparison &comparison) {
  using Json = nlohmann::ordered_json;
  const CompareOptions &options = comparison.options;
  Json document;
  document["options"] = {{"tuners", options.tuners},
                         {"baselines", options.baselines},
                         {"seeds", options.seeds},
                         {"trials", options.trials},
                         {"seed", options.seed},
                         {"own_time", options.ownTime},
                         {"default_first", options.defaultFirst},
                         {"prior", describe(options.prior.get())}};
  document["complete"] = comparison.complete;
  document["ratios"] = Json::array();
  for (const Ratio &ratio : ratios(comparison))
    document["ratios"].push_back({{"tuner", ratio.tuner},
                                  {"baseline", ratio.baseline},
                                  {"metric", ratio.metric},
                                  {"spaces", ratio.spaces},
                                  {"geomean", ratio.geomean},
                                  {"low", ratio.low},
                                  {"high", ratio.high}});
  document["stopping"] = Json::array();
  for (size_t t = 0; t < options.tuners.size(); ++t) {
    Stopping s = stopping(comparison, t);
    document["stopping"].push_back({{"tuner", options.tuners[t]},
                                    {"trials_saved", s.trialsSaved},
                                    {"lost", s.lost},
                                    {"covered", s.covered}});
  }
  document["spaces"] = Json::array();
  for (const ComparedSpace &space : comparison.spaces)
    document["spaces"].push_back({{"space", space.name},
                                  {"features", space.features},
                                  {"points", space.points},
                                  {"measured", space.measured},
                                  {"within_5pct", space.within5},
                                  {"best_seconds", space.bestSeconds},
                                  {"degenerate", space.degenerate()}});
  Json &list = document["rows"] = Json::array();
  for (const SummaryRow &row : summarise(comparison)) {
    auto add = [&](const std::string &metric, double value) {
      list.push_back({{"space", comparison.spaces[row.space].name},
                      {"tuner", options.tuners[row.tuner]},
                      {"metric", metric},
                      {"value", value}});
    };
    for (size_t m = 0; m < row.metrics.size(); ++m)
      add(std::string(compareMetrics()[m]), row.metrics[m]);
    add("reached_5pct", row.reached5);
    for (const auto &quality : row.after) {
      add("best_after_" + std::to_string(quality.trials), quality.mean);
      add("best_after_" + std::to_string(quality.trials) + "_p10", quality.low);
    }
    if (options.ownTime)
      add("learning_seconds", row.learningSeconds);
  }
  return document.dump(1) + "\n";
}

/// Every run's quality after each trial: what the curves are drawn from.
static std::string curvesCsv(const Comparison &comparison) {
  std::string text = "space,tuner,seed,trial,seconds,quality\n";
  for (const CompareRun &run : comparison.runs) {
    std::string prefix = comparison.spaces[run.space].name + "," +
                         comparison.options.tuners[run.tuner] + "," + std::to_string(run.seed);
    float last = -1;
    for (size_t i = 0; i < run.quality.size(); ++i) {
      if (run.quality[i] == last && i + 1 < run.quality.size())
        continue; // only where the curve steps, and its end
      last = run.quality[i];
      text += prefix + "," + std::to_string(i + 1) + "," + fixed(run.clock[i], 3) + "," +
              fixed(last, 5) + "\n";
    }
  }
  return text;
}

Result<void> writeComparison(const Comparison &comparison, const std::filesystem::path &folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code)
    return Error{ErrorKind::io,
                 folder.string() + ": The folder cannot be made: " + code.message() + "."};
  const std::pair<const char *, std::string> files[] = {
      {"compare.txt", compareText(comparison)},  {"compare.csv", compareCsv(comparison)},
      {"compare.json", compareJson(comparison)}, {"compare.html", compareHtml(comparison)},
      {"curves.csv", curvesCsv(comparison)},
  };
  for (const auto &[name, contents] : files)
    if (Result<void> written = writeFile(folder / name, contents); !written)
      return written;
  return {};
}

} // namespace alt
