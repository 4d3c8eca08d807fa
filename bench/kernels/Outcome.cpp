#include "Outcome.h"
#include "alt/Table.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace alt::bench {

static std::string fixed(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

double geomean(const Outcomes &outcomes) {
  double sum = 0;
  for (const RowOutcome &row : outcomes.rows) {
    if (row.ratio <= 0)
      return 0;
    sum += std::log(row.ratio);
  }
  return outcomes.rows.empty() ? 0 : std::exp(sum / double(outcomes.rows.size()));
}

static std::string cell(const RowOutcome &row, const std::string &column) {
  for (const Entrant &entrant : row.entrants)
    if (entrant.name == column)
      return entrant.right ? fixed(entrant.gflops, 1) + " ±" + fixed(entrant.spread * 100, 0) + "%"
                           : "wrong";
  return "-";
}

std::string table(const Outcomes &outcomes, const std::vector<std::string> &columns) {
  std::vector<std::string> head = {"GFLOP/s"};
  head.insert(head.end(), columns.begin(), columns.end());
  head.push_back("ratio");
  head.push_back("to");
  std::vector<Table::Align> align(head.size(), Table::right);
  align.front() = align.back() = Table::left;
  Table table(head, align);
  for (const RowOutcome &row : outcomes.rows) {
    std::vector<std::string> cells = {row.name};
    for (const std::string &column : columns)
      cells.push_back(cell(row, column));
    cells.push_back(fixed(row.ratio, 2));
    cells.push_back(row.bestPeer);
    table.add(cells);
  }
  return table.print() + "geometric mean " + fixed(geomean(outcomes), 3) + " over " +
         std::to_string(outcomes.rows.size()) + " rows\n";
}

std::string toJson(const Outcomes &outcomes) {
  nlohmann::ordered_json document;
  document["geomean"] = geomean(outcomes);
  document["fma_peak_gflops"] = outcomes.peak;
  document["versions"] = outcomes.versions;
  document["rows"] = nlohmann::ordered_json::array();
  for (const RowOutcome &row : outcomes.rows) {
    nlohmann::ordered_json entry;
    entry["name"] = row.name;
    entry["ratio"] = row.ratio;
    entry["best_peer"] = row.bestPeer;
    entry["trials"] = row.trials;
    entry["schedule"] = row.schedule;
    entry["peers"] = nlohmann::ordered_json::object();
    for (const Entrant &entrant : row.entrants) {
      auto gflops = entrant.right ? nlohmann::ordered_json(entrant.gflops) : nullptr;
      if (entrant.name == row.entrants.front().name)
        entry["ours"] = gflops;
      else
        entry["peers"][entrant.name] = gflops;
      entry["spread"][entrant.name] = entrant.spread;
      entry["error"][entrant.name] = entrant.error;
    }
    document["rows"].push_back(std::move(entry));
  }
  return document.dump(2) + "\n";
}

} // namespace alt::bench
