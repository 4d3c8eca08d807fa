#include "Tuning.h"
#include "alt/Records.h"
#include "alt/Report.h"
#include "alt/Table.h"
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {

using Json = nlohmann::ordered_json;

static Json recordJson(const Record &record) {
  Json json = {{"kernel", record.workloadName},
               {"id", record.workload.hex()},
               {"target", record.target},
               {"tuner", record.tuner},
               {"outcome", name(record.measurement.outcome)},
               {"schedule", record.schedule}};
  if (record.measurement.ok())
    json["seconds"] = record.measurement.seconds().count();
  else
    json["detail"] = record.measurement.detail;
  return json;
}

static void printRecords(const std::vector<const Record *> &records, bool json) {
  Json list = Json::array();
  Table table({"kernel", "outcome", "time", "schedule"},
              {Table::left, Table::left, Table::right, Table::left});
  for (const Record *record : records) {
    list.push_back(recordJson(*record));
    table.add({record->workloadName, std::string(name(record->measurement.outcome)),
               printSeconds(record->measurement.seconds().count()), record->schedule});
  }
  if (json)
    printJson(Json{{"records", list}}.dump(2, ' ', false, Json::error_handler_t::replace));
  else
    std::cout << table.print();
}

/// Records of one kernel on one target, from all sessions.
struct Group {
  std::vector<const Record *> records;
  const Record *best = nullptr;
  std::array<unsigned, outcomeCount> outcomes{};
  double seconds = 0;
};

static std::map<std::pair<std::string, std::string>, Group> groupRecords(const RecordFile &file) {
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (const Record &record : file.records) {
    Group &group = groups[{record.workload.hex(), record.target}];
    group.records.push_back(&record);
    ++group.outcomes[static_cast<unsigned>(record.measurement.outcome)];
    group.seconds += record.measurement.spent.total().count();
    if (record.measurement.ok() &&
        (!group.best || record.measurement.seconds() < group.best->measurement.seconds()))
      group.best = &record;
  }
  return groups;
}

static void printStats(const RecordFile &file, bool json) {
  Json list = Json::array();
  Table table({"kernel", "target", "trials", "best", "spent", "outcomes"},
              {Table::left, Table::left, Table::right, Table::right, Table::right, Table::left});
  for (const auto &[key, group] : groupRecords(file)) {
    const Record &any = *group.records.front();
    double best = group.best ? group.best->measurement.seconds().count() : notMeasured;
    Json outcomes = Json::object();
    for (unsigned i = 0; i < outcomeCount; ++i)
      outcomes[std::string(name(static_cast<Outcome>(i)))] = group.outcomes[i];
    list.push_back({{"kernel", any.workloadName},
                    {"id", key.first},
                    {"target", key.second},
                    {"trials", group.records.size()},
                    {"best_seconds", group.best ? Json(best) : Json(nullptr)},
                    {"spent_seconds", group.seconds},
                    {"outcomes", outcomes}});
    table.add({any.workloadName, key.second, std::to_string(group.records.size()),
               printSeconds(best), printSeconds(group.seconds), printOutcomes(group.outcomes)});
  }
  if (json)
    printJson(Json{{"sessions", file.sessions.size()},
                   {"records", file.records.size()},
                   {"kernels", list}}.dump(2, ' ', false, Json::error_handler_t::replace));
  else
    std::cout << table.print() << file.records.size() << " records of " << file.sessions.size()
              << " sessions\n";
}

namespace {
class ReadRecords final : public Command {
public:
  std::string name() const override { return "records"; }
  std::string summary() const override { return "Look into a records file"; }
  std::string examples() const override {
    return "  alt records show records.jsonl\n"
           "  alt records best records.jsonl --json\n"
           "  alt records stats records.jsonl\n";
  }
  void declare(CLI::App &app) override {
    app.add_option("WHAT", what, "show: every record; best: the fastest of each kernel; stats: a line "
                                 "a kernel")
        ->required()
        ->check(CLI::IsMember({"show", "best", "stats"}));
    app.add_option("FILE", file, "A records.jsonl")->required();
  }
  Result<int> run(const Invocation &invocation) override {
    auto read = [&] {
      UnderLimits limits = readingLimits(file);
      return readRecords(file);
    }();
    if (!read)
      return read.error();
    for (const std::string &warning : read->warnings)
      invocation.log.warn(warning);
    if (what == "stats") {
      printStats(*read, invocation.json);
      return exitOk;
    }
    std::vector<const Record *> chosen;
    if (what == "show")
      for (const Record &record : read->records)
        chosen.push_back(&record);
    else
      for (const auto &[key, group] : groupRecords(*read))
        if (group.best)
          chosen.push_back(group.best);
    printRecords(chosen, invocation.json);
    return exitOk;
  }

private:
  std::string what;
  std::filesystem::path file;
};
} // namespace

std::unique_ptr<Command> makeRecords() { return std::make_unique<ReadRecords>(); }

} // namespace alt
