#include "alt/Compare.h"
#include "Command.h"
#include "Interrupt.h"
#include "OutputFolder.h"
#include "Tuning.h"
#include "alt/Features.h"
#include "alt/LiveArena.h"
#include <iostream>

namespace alt {
namespace {

class CompareCommand final : public Command {
public:
  std::string name() const override { return "compare"; }
  std::string summary() const override {
    return "Tuners side by side on recorded spaces and live kernels: trials and seconds to the "
           "best";
  }
  std::string examples() const override {
    return "  alt compare --space tests/data/*.csv.gz --tuner alt,autotvm,random --seeds 5\n"
           "  alt compare --space gemm.json.gz --tuner alt,alt:filter=false --out ablation "
           "--json\n"
           "  alt compare --live matmul.mlir --tuner alt,alt:prior=false,autotvm --seeds 3 --out "
           "live\n";
  }
  void declare(CLI::App &app) override {
    app.add_option("--space", files,
                   "Recorded spaces: CSV, Kernel Tuner cache or T4, AutoTVM or Ansor log, records "
                   "of alt; .gz or not");
    app.add_option("--live", kernels,
                   "Kernels to measure here (.mlir). Each schedule is measured once, whoever asks "
                   "first; with --out all of it is kept there as NAME.jsonl, a recorded space, and "
                   "not measured again");
    app.add_option("--prior", prior,
                   "What alt starts from: shipped, none, a file of `alt train-prior`, or records "
                   "files, comma-separated; the tuner alt:prior=false is cold")
        ->capture_default_str();
    app.add_option("--tuner", options.tuners,
                   "Tuners, comma-separated; alt:option=value for an ablation")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--features", features,
                   "What tuners see of a schedule: its loops where the kernel is known, or just its "
                   "knobs (no prior and no analytic cost fits those)")
        ->check(CLI::IsMember({"loops", "knobs"}))
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
    app.add_option("--lag", options.lag,
                   "Trials of a batch whose answers are not known yet when the next one is chosen, "
                   "as in `alt tune`")
        ->capture_default_str();
    app.add_flag("--default-first", options.defaultFirst,
                 "Every tuner begins a live kernel with its default schedule, as in `alt tune`; "
                 "else only alt does");
    app.add_option("--jobs", options.jobs, "Runs at a time; the results do not depend on it")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_option("--stop-within", options.stopWithin,
                   "End each run so many percent from the best known: quicker; what would come "
                   "later (failures, trials to less than that, the stop rule) is not counted")
        ->check(CLI::Range(0.0, 99.0))
        ->type_name("PERCENT");
    app.add_flag_callback(
        "--stop-at-best", [this] { options.stopWithin = 0; }, "The same as --stop-within 0");
    app.add_flag("!--no-own-time", options.ownTime,
                 "Leave the tuner's own seconds out: the whole result is then the same each time");
    app.add_option("--out", folder, "Folder for tables, CSV, JSON, curves and an HTML page");
  }

  Result<int> run(const Invocation &invocation) override {
    auto loaded = loadPrior(prior);
    if (!loaded)
      return loaded.error();
    options.prior = std::move(*loaded);
    if (files.empty() && kernels.empty())
      return Error{ErrorKind::usage,
                   "alt compare needs --space with recorded spaces, --live with kernels, or both."};
    if (auto done = gather(); !done)
      return done.error();
    if (features == "knobs")
      for (Arena &arena : arenas)
        arena.features = makeKnobFeatures(*arena.space);
    StopOnInterrupt interrupt;
    size_t shown = 0;
    auto progress = [&](size_t done, size_t total) {
      if (done * 100 / total == shown)
        return;
      shown = done * 100 / total;
      invocation.log.status("compare: run " + std::to_string(done) + " of " +
                            std::to_string(total));
    };
    auto comparison = compare(arenas, options, progress, interrupt.token());
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
  Result<void> gather() {
    for (const std::string &file : files) {
      auto read = readRecordedSpaces(file);
      if (!read)
        return read.error();
      for (RecordedSpace &space : *read)
        arenas.push_back(arenaOf(std::make_shared<const RecordedSpace>(std::move(space))));
    }
    if (kernels.empty())
      return {};
    std::error_code code;
    if (!folder.empty() && !std::filesystem::create_directories(folder, code) && code)
      return Error{ErrorKind::io,
                   folder.string() + ": The folder cannot be made: " + code.message() + "."};
    MeasureOptions measure;
    work.emplace();
    measure.objects = work->path() / "objects";
    auto runner = Runner::start(hostTarget(), measure);
    if (!runner)
      return runner.error();
    for (const std::filesystem::path &file : kernels)
      if (auto done = addLive(file, *runner); !done)
        return done;
    return {};
  }

  /// One arena for each kernel of the file.
  Result<void> addLive(const std::filesystem::path &file, std::shared_ptr<Runner> runner) {
    ModelArguments source;
    source.model = file;
    auto program = source.load(work->path());
    if (!program)
      return program.error();
    for (size_t k = 0; k < program->kernels.size(); ++k) {
      std::string name = file.stem().string();
      if (program->kernels.size() > 1)
        name += "-" + std::to_string(k + 1);
      std::filesystem::path records = folder.empty() ? folder : folder / (name + ".jsonl");
      auto arena = startLiveArena(name, program->kernels[k], runner, records);
      if (!arena)
        return arena.error();
      arenas.push_back(std::move(*arena));
    }
    return {};
  }

  CompareOptions options;
  std::vector<std::string> files;
  std::vector<std::filesystem::path> kernels;
  std::filesystem::path folder;
  std::string prior = "shipped", features = "loops";
  std::optional<WorkFolder> work; ///< outlives what is measured in it
  std::vector<Arena> arenas;
};

} // namespace

std::unique_ptr<Command> makeCompare() { return std::make_unique<CompareCommand>(); }

} // namespace alt
