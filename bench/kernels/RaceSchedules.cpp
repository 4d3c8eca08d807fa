// race-schedules: schedules of one row side by side, for whoever looks into why one is fast.
#include "Race.h"
#include "alt/Lower.h"
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

static Result<void> run(const Row &row, const std::vector<std::string> &changes, bool peers,
                        const std::filesystem::path &keep, const RaceOptions &options) {
  auto workload = describeKernel(kernelText(row));
  if (!workload)
    return workload.error();
  Target target = hostTarget();
  auto space = makeSearchSpace(*workload, target);
  Problem problem(row);
  Pinned pinned;
  std::vector<std::unique_ptr<Contestant>> contestants;
  std::vector<std::string> names;
  auto enter = [&](std::unique_ptr<Contestant> contestant, const std::string &name) {
    if (!contestant)
      return;
    Buffer result(row.outputElements());
    contestant->call();
    contestant->result(result);
    contestants.push_back(std::move(contestant));
    names.push_back(error(problem, result) <= 1e-4 ? name : name + " (wrong)");
  };
  std::filesystem::create_directories(keep);
  for (size_t i = 0; i < changes.size(); ++i) {
    auto schedule = changed(*space, changes[i]);
    if (!schedule) {
      std::cout << schedule.error().message << "\n";
      continue;
    }
    LowerRequest request{*workload, space.get(), &*schedule};
    auto stem = keep / (row.name + "-" + std::to_string(i));
    if (auto script = printSchedule(request, target); script)
      if (auto done = writeFile(stem.string() + ".mlir", *script); !done)
        return done.error();
    Artifact artifact{stem.string() + ".o", "", {}};
    auto lowered = lowerToObject(request, target, artifact.object);
    if (auto *failure = std::get_if<LowerFailure>(&lowered)) {
      std::cout << changes[i] << ": " << failure->detail << "\n";
      continue;
    }
    artifact.plan = std::get<KernelPlan>(lowered);
    enter(enterAlt(problem, artifact), changes[i].empty() ? "default" : changes[i]);
  }
  if (peers)
    enter(enterOneDnn(problem), "oneDNN");
  std::vector<Contestant *> all;
  for (auto &contestant : contestants)
    all.push_back(contestant.get());
  auto samples = race(all, options);
  for (size_t c = 0; c < all.size(); ++c)
    std::printf("%7.1f GFLOP/s ±%.0f%%  %s\n", row.flops() / median(samples[c]) * 1e-9,
                100 * spread(samples[c]), names[c].c_str());
  return {};
}

int main(int argc, char **argv) {
  std::filesystem::path rows, keep;
  std::string name;
  std::vector<std::string> changes;
  unsigned odd = 0;
  uint64_t seed = 1;
  RaceOptions options;
  CLI::App app(
      "Schedules of one row side by side, and oneDNN; their objects and scripts are kept.");
  app.add_option("row", name, "the row's name")->required();
  app.add_option("changes", changes,
                 "a schedule each: the default's knobs to change, \"\" for none");
  app.add_option("--rows", rows, "the list of rows, JSON")->default_val(ALT_BENCH_ROWS);
  app.add_option("--odd", odd, "instead of the list so many odd shapes drawn from --seed");
  app.add_option("--seed", seed, "of the odd shapes");
  app.add_option("--rounds", options.rounds, "samples of each contestant");
  app.add_option("--keep", keep, "folder for ROW-NUMBER.o and .mlir")->default_val("build/raced");
  CLI11_PARSE(app, argc, argv);
  auto list = odd ? Result(oddRows(seed, odd)) : readRows(rows);
  auto done = list ? Result<void>() : Result<void>(list.error());
  if (list)
    for (const Row &row : *list)
      if (row.name == name)
        done =
            run(row, changes.empty() ? std::vector<std::string>{""} : changes, true, keep, options);
  if (!done)
    std::cerr << "error: " << done.error().message << "\n";
  return done ? 0 : 1;
}
