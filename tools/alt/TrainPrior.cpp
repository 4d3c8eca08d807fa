#include "Command.h"
#include "alt/Prior.h"
#include "alt/Support.h"
#include "alt/Table.h"
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {
namespace {

class TrainPriorCommand final : public Command {
public:
  std::string name() const override { return "train-prior"; }
  std::string summary() const override {
    return "Make a prior for new kernels of the records of others";
  }
  std::string examples() const override {
    return "  alt train-prior records/*.jsonl --out prior.json\n"
           "  alt tune kernel.mlir --prior prior.json\n"
           "  alt train-prior records/*.jsonl --check   # each kernel by a prior of the others\n";
  }
  void declare(CLI::App &app) override {
    app.add_option("RECORDS", files, "Records of `alt tune` and `alt compile`; .gz or not")
        ->required();
    app.add_option("--out", out, "The prior's file")->type_name("FILE");
    app.add_option("--seed", seed, "Of the draws of kernels")->capture_default_str();
    app.add_flag("--check", check,
                 "Order each kernel's records by a prior of all others and say how well");
  }

  Result<int> run(const Invocation &invocation) override {
    auto trained = trainPrior(files, seed, check);
    if (!trained)
      return trained.error();
    for (const std::string &warning : trained->warnings)
      invocation.log.warn(warning);
    if (!out.empty())
      if (auto done = writeFile(out, toJson(*trained->prior)); !done)
        return done.error();
    if (invocation.json)
      printResultJson(*trained);
    else
      printText(*trained);
    return exitOk;
  }

private:
  static std::string fixed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
  }

  void printText(const TrainedPrior &trained) const {
    std::cout << "prior: " << describe(trained.prior.get()) << "\n";
    if (trained.leftOut.empty())
      return;
    Table table({"kernel left out", "rows", "Spearman", "best of first 16"},
                {Table::left, Table::right, Table::right, Table::right});
    for (const LeftOut &each : trained.leftOut)
      table.add({each.kernel, std::to_string(each.rows), fixed(each.spearman), fixed(each.best16)});
    std::cout << table.print();
  }

  void printResultJson(const TrainedPrior &trained) const {
    nlohmann::ordered_json json = {{"prior", describe(trained.prior.get())},
                                   {"left_out", nlohmann::ordered_json::array()}};
    for (const LeftOut &each : trained.leftOut)
      json["left_out"].push_back({{"kernel", each.kernel},
                                  {"rows", each.rows},
                                  {"spearman", each.spearman},
                                  {"best_of_first_16", each.best16}});
    printJson(json.dump(1));
  }

  std::vector<std::filesystem::path> files;
  std::filesystem::path out;
  uint64_t seed = 1;
  bool check = false;
};

} // namespace

std::unique_ptr<Command> makeTrainPrior() { return std::make_unique<TrainPriorCommand>(); }

} // namespace alt
