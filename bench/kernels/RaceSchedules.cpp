// race-schedules: schedules of one row side by side, for whoever looks into why one is fast.
#include "Race.h"
#include "alt/LiveMeasurer.h"
#include "alt/Lower.h"
#include "alt/Program.h"
#include "alt/Support.h"
#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

using namespace alt;
using namespace alt::bench;

static bool isOption(const Knob &knob, size_t option, const std::string &text) {
  return knob.kind == Knob::Kind::categorical
             ? knob.labels[option] == text
             : std::to_string(static_cast<int64_t>(knob.options[option])) == text;
}

/// The default schedule with the knobs of `changes` ("pad=skip reg.i2=14") set; those of another
/// algorithm are at its own default.
static Result<Schedule> changed(const SearchSpace &space, const std::string &changes) {
  Schedule schedule = space.defaultSchedule();
  std::istringstream words(changes);
  for (std::string word; words >> word;) {
    size_t equals = std::min(word.find('='), word.size());
    bool known = false;
    for (size_t k = 0; k < space.knobs().size(); ++k)
      for (size_t option = 0; option < space.knobs()[k].options.size(); ++option)
        if (space.knobs()[k].name == word.substr(0, equals) &&
            isOption(space.knobs()[k], option, word.substr(std::min(equals + 1, word.size())))) {
          schedule.choice[k] = static_cast<uint16_t>(option);
          known = true;
        }
    if (!known)
      return Error{ErrorKind::invalidInput, "The space has no '" + word + "'."};
  }
  if (!space.legal(schedule))
    return Error{ErrorKind::invalidInput, "'" + changes + "' is no legal schedule."};
  return schedule;
}

namespace {
struct Request {
  std::vector<std::string> changes;
  unsigned random = 0; ///< points of the space besides
  uint64_t seed = 1;
  unsigned threads = 1;   ///< more are timed by the clock on the wall
  bool allPasses = false; ///< each schedule a second time, by LLVM's -O2
  std::filesystem::path keep;
  RaceOptions race;
};

/// Those who take part, and what building them took.
struct Field {
  std::vector<std::unique_ptr<Contestant>> contestants;
  std::vector<std::string> names;
  std::vector<double> buildSeconds;
};
} // namespace

static void enter(Field &field, const Problem &problem, std::unique_ptr<Contestant> contestant,
                  const std::string &name, double buildSeconds) {
  if (!contestant)
    return;
  Buffer result(problem.row.outputElements());
  contestant->call();
  contestant->result(result);
  field.contestants.push_back(std::move(contestant));
  field.names.push_back(agrees(error(problem, result)) ? name : name + " (wrong)");
  field.buildSeconds.push_back(buildSeconds);
}

static Result<void> enterSchedule(Field &field, const Problem &problem, const LowerRequest &request,
                                  const std::filesystem::path &stem, const std::string &name,
                                  std::span<const int> cores) {
  Target target = hostTarget();
  if (auto script = printSchedule(request, target); script)
    if (auto done = writeFile(stem.string() + ".mlir", *script); !done)
      return done.error();
  Artifact artifact{stem.string() + ".o", "", {}};
  double start = processSeconds();
  auto lowered = lowerToObject(request, target, artifact.object);
  double took = processSeconds() - start;
  if (auto *failure = std::get_if<LowerFailure>(&lowered)) {
    std::cout << name << ": " << failure->detail << "\n";
    return {};
  }
  artifact.plan = std::get<KernelPlan>(lowered);
  enter(field, problem, enterAlt(problem, artifact, cores), name, took);
  return {};
}

using NamedSchedules = std::vector<std::pair<std::string, Schedule>>;

static NamedSchedules schedulesOf(const SearchSpace &space, const Request &request) {
  NamedSchedules schedules;
  for (const std::string &changes : request.changes) {
    auto schedule = changed(space, changes);
    if (schedule)
      schedules.emplace_back(changes.empty() ? "default" : changes, *schedule);
    else
      std::cout << schedule.error().message << "\n";
  }
  Rng rng(request.seed);
  for (unsigned i = 0; i < request.random; ++i) {
    Schedule schedule = space.random(rng);
    schedules.emplace_back(print(space, schedule), schedule);
  }
  return schedules;
}

/// The one kernel of a file, with buffers as `alt tune` places them, each schedule checked as
/// there.
static Result<void> run(const std::filesystem::path &file, const Request &request) {
  auto program = loadProgram(file, {});
  if (!program)
    return program.error();
  const Workload &workload = program->kernels.front();
  auto space = makeSearchSpace(workload, hostTarget(), request.threads);
  MeasureOptions options;
  options.threads = request.threads;
  auto runner = Runner::start(hostTarget(), options);
  if (!runner)
    return runner.error();
  auto measurer = LiveMeasurer::start(*runner, workload, *space);
  if (!measurer)
    return measurer.error();
  std::vector<Artifact> artifacts;
  std::vector<std::string> names;
  for (auto &[name, schedule] : schedulesOf(*space, request)) {
    Measurement built = (*measurer)->build(schedule);
    if (built.ok()) {
      artifacts.push_back(*built.artifact);
      names.push_back(name);
    } else {
      std::cout << name << ": " << built.detail << "\n";
    }
  }
  auto times = (*measurer)->duel(artifacts, request.race.rounds);
  for (size_t i = 0; i < times.size(); ++i)
    std::printf("%7.1f GFLOP/s  %s%s\n", workload.flops / times[i].seconds().count() * 1e-9,
                names[i].c_str(), times[i].ok() ? "" : (": " + times[i].detail).c_str());
  return {};
}

static Result<void> run(const Row &row, const Request &request) {
  auto workload = describeKernel(kernelText(row));
  if (!workload)
    return workload.error();
  auto space = makeSearchSpace(*workload, hostTarget(), request.threads);
  NamedSchedules schedules = schedulesOf(*space, request);
  Problem problem(row);
  std::vector<int> cores = coresFromLast();
  cores.resize(std::min<size_t>(request.threads, cores.size()));
  Pinned pinned;
  FirstInLine firstInLine;
  Field field;
  std::filesystem::create_directories(request.keep);
  for (size_t i = 0; i < schedules.size(); ++i)
    for (bool all : request.allPasses ? std::vector{false, true} : std::vector{false}) {
      LowerRequest lower{*workload, space.get(), &schedules[i].second};
      lower.allPasses = all;
      auto stem = request.keep / (row.name + "-" + std::to_string(i) + (all ? "-O2" : ""));
      auto done = enterSchedule(field, problem, lower, stem,
                                (all ? "-O2: " : "") + schedules[i].first, cores);
      if (!done)
        return done.error();
    }
  if (request.threads == 1)
    enter(field, problem, enterOneDnn(problem), "oneDNN", 0);
  std::vector<Contestant *> all;
  for (auto &contestant : field.contestants)
    all.push_back(contestant.get());
  RaceOptions options = request.race;
  double (*typical)(std::vector<double>) = median;
  if (request.threads > 1) { // what others took from the cores is in the samples, too
    options.clock = wallSeconds;
    typical = lowFifth;
  }
  auto samples = race(all, options);
  for (size_t c = 0; c < all.size(); ++c)
    std::printf("%7.1f GFLOP/s ±%.0f%%  built in %4.0f ms  %s\n",
                row.flops() / typical(samples[c]) * 1e-9, 100 * spread(samples[c]),
                field.buildSeconds[c] * 1e3, field.names[c].c_str());
  return {};
}

int main(int argc, char **argv) {
  std::filesystem::path rows;
  std::string name;
  unsigned odd = 0;
  Request request;
  CLI::App app(
      "Schedules of one row side by side, and oneDNN; their objects and scripts are kept.");
  app.add_option("row", name, "the row's name; or a .mlir file with one kernel, without oneDNN")
      ->required();
  app.add_option("changes", request.changes,
                 "a schedule each: the default's knobs to change, \"\" for none");
  app.add_option("--random", request.random, "so many points of the space besides");
  app.add_option("--threads", request.threads,
                 "the space for so many, on the last cores; without oneDNN")
      ->check(CLI::PositiveNumber);
  app.add_flag("--all-passes", request.allPasses,
               "each schedule a second time with LLVM's -O2 instead of a few passes");
  app.add_option("--rows", rows, "the list of rows, JSON")->default_val(ALT_BENCH_ROWS);
  app.add_option("--odd", odd, "instead of the list so many odd shapes drawn from --seed");
  app.add_option("--seed", request.seed, "of the odd shapes and the random points");
  app.add_option("--rounds", request.race.rounds, "samples of each contestant");
  app.add_option("--keep", request.keep, "folder for ROW-NUMBER.o and .mlir")
      ->default_val("build/raced");
  CLI11_PARSE(app, argc, argv);
  if (request.changes.empty())
    request.changes = {""};
  if (name.ends_with(".mlir")) {
    auto done = run(std::filesystem::path(name), request);
    if (!done)
      std::cerr << "error: " << done.error().message << "\n";
    return done ? 0 : 1;
  }
  auto list = odd ? Result(oddRows(request.seed, odd)) : readRows(rows);
  if (list)
    list = onlyNamed(*std::move(list), {name});
  auto done = list ? run(list->front(), request) : Result<void>(list.error());
  if (!done)
    std::cerr << "error: " << done.error().message << "\n";
  return done ? 0 : 1;
}
