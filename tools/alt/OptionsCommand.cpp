#include "Command.h"
#include "alt/Sampler.h"
#include "alt/Session.h"
#include "alt/Table.h"
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {

namespace {
class ListOptions final : public Command {
public:
  std::string name() const override { return "options"; }
  std::string summary() const override { return "List the options of tuning and the tuners"; }
  std::string examples() const override {
    return "  alt options\n"
           "  alt tune kernel.mlir --config my.conf   # `samples = 15`, one a line\n";
  }
  void declare(CLI::App &) override {}
  Result<int> run(const Invocation &invocation) override {
    SessionOptions options;
    OptionTable table;
    bind(table, options);
    if (invocation.json) {
      nlohmann::ordered_json json = {{"options", nlohmann::json::array()},
                                     {"tuners", nlohmann::json::array()}};
      for (const OptionTable::Entry &entry : table.entries())
        json["options"].push_back(
            {{"name", entry.name}, {"default", OptionTable::print(entry)}, {"help", entry.help}});
      for (const SamplerInfo &tuner : samplers())
        json["tuners"].push_back({{"name", tuner.name}, {"summary", tuner.summary}});
      printJson(json.dump(2));
      return exitOk;
    }
    Table list({"option", "default", "meaning"}, {Table::left, Table::right, Table::left});
    for (const OptionTable::Entry &entry : table.entries())
      list.add({entry.name, OptionTable::print(entry), entry.help});
    Table tuners({"tuner", "how it chooses"}, {Table::left, Table::left});
    for (const SamplerInfo &tuner : samplers())
      tuners.add({std::string(tuner.name), std::string(tuner.summary)});
    std::cout << list.print() << "\n" << tuners.print();
    return exitOk;
  }
};
} // namespace

std::unique_ptr<Command> makeOptions() { return std::make_unique<ListOptions>(); }

} // namespace alt
