#include "alt/Compare.h"
#include "Command.h"
#include "Interrupt.h"
#include <iostream>

namespace alt {
namespace {

class CompareCommand final : public Command {
public:
  std::string name() const override { return "compare"; }
  std::string summary() const override {
    return "Tuners side by side on recorded spaces: trials and seconds to the best";
  }
  std::string examples() const override {
    return "  alt compare --space tests/data/*.csv.gz --tuner alt,autotvm,random --seeds 5\n"
           "  alt compare --space gemm.json.gz --tuner alt,alt:filter=false --out ablation "
           "--json\n";
  }
  void declare(CLI::App &app) override {
    app.add_option("--space", files,
                   "Recorded spaces: CSV, Kernel Tuner cache or T4, AutoTVM or Ansor log, records "
                   "of alt; .gz or not")
        ->required();
    app.add_option("--tuner", options.tuners,
                   "Tuners, comma-separated; alt:option=value for an ablation")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--baseline", options.baselines, "Tuners that ratios refer to")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--seeds", options.seeds, "Runs of each tuner on each space")
        ->check(CLI::Range(1u, 1000u))
        ->capture_default_str();
    app.add_option("--trials", options.trials, "Trials of each run")
        ->check(CLI::Range(1u, 1000000u))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of the whole comparison")->capture_default_str();
    app.add_option("--jobs", options.jobs, "Runs at a time; the results do not depend on it")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_flag("!--no-own-time", options.ownTime,
                 "Leave the tuner's own seconds out: the whole result is then the same each time");
    app.add_option("--out", folder, "Folder for tables, CSV, JSON, curves and an HTML page");
  }

  Result<int> run(const Invocation &invocation) override {
    std::vector<RecordedSpace> spaces;
    for (const std::string &file : files) {
      auto read = readRecordedSpaces(file);
      if (!read)
        return read.error();
      for (RecordedSpace &space : *read)
        spaces.push_back(std::move(space));
    }
    StopOnInterrupt interrupt;
    size_t shown = 0;
    auto progress = [&](size_t done, size_t total) {
      if (done * 100 / total == shown)
        return;
      shown = done * 100 / total;
      invocation.log.status("compare: run " + std::to_string(done) + " of " +
                            std::to_string(total));
    };
    auto comparison = compare(spaces, options, progress, interrupt.token());
    invocation.log.status("");
    if (!comparison)
      return comparison.error();
    if (!comparison->complete)
      return Error{ErrorKind::interrupted, "The comparison was interrupted before its end."};
    if (!folder.empty())
      if (Result<void> written = writeComparison(*comparison, folder); !written)
        return written.error();
    if (invocation.json)
      printJson(compareJson(*comparison));
    else
      std::cout << compareText(*comparison);
    return exitOk;
  }

private:
  CompareOptions options;
  std::vector<std::string> files;
  std::string folder;
};

} // namespace

std::unique_ptr<Command> makeCompare() { return std::make_unique<CompareCommand>(); }

} // namespace alt
