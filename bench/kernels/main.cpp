// bench-kernels: our best schedule of each row beside the libraries that people would use instead.
#include "Outcome.h"
#include "Race.h"
#include "TuneRow.h"
#include "alt/Lower.h"
#include "alt/Support.h"
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>

using namespace alt;
using namespace alt::bench;

namespace {
struct Competitor {
  std::string name;
  std::unique_ptr<Contestant> (*enter)(const Problem &);
  std::string (*version)();
};

struct BenchOptions {
  std::filesystem::path rows, json, kernels;
  std::vector<std::string> only, atLeast;
  unsigned odd = 0;
  RowTuning tuning;
  RaceOptions race;
};
} // namespace

static const std::string ours = "alt";
static const Competitor competitors[] = {
    {"oneDNN", enterOneDnn, oneDnnVersion}, {"OpenBLAS", enterOpenBlas, openBlasVersion},
    {"MKL", enterMkl, mklVersion},          {"MKL packed", enterMklPacked, mklVersion},
#ifdef ALT_TVM
    {"MetaSchedule", enterTvm, tvmVersion},
#endif
};

static Result<std::vector<Row>> chooseRows(const BenchOptions &options) {
  auto rows =
      options.odd ? Result(oddRows(options.tuning.seed, options.odd)) : readRows(options.rows);
  return rows ? onlyNamed(*std::move(rows), options.only) : rows;
}

/// Everybody runs once and is checked; then those who were right are timed in turns.
static void runRow(const Problem &problem, const Artifact &artifact, const RaceOptions &options,
                   RowOutcome &outcome) {
  Pinned pinned;
  std::vector<std::unique_ptr<Contestant>> contestants;
  std::vector<Contestant *> right;
  std::vector<size_t> entrantOf;
  auto enter = [&](const std::string &name, std::unique_ptr<Contestant> contestant) {
    if (!contestant)
      return;
    Entrant entrant;
    entrant.name = name;
    Buffer result(problem.row.outputElements());
    contestant->call();
    contestant->result(result);
    entrant.error = error(problem, result);
    entrant.right = agrees(entrant.error);
    if (entrant.right) {
      right.push_back(contestant.get());
      entrantOf.push_back(outcome.entrants.size());
    }
    contestants.push_back(std::move(contestant));
    outcome.entrants.push_back(std::move(entrant));
  };
  enter(ours, enterAlt(problem, artifact));
  for (const Competitor &competitor : competitors)
    enter(competitor.name, competitor.enter(problem));

  auto samples = race(right, options);
  size_t best = 0; // among the peers
  for (size_t c = 0; c < right.size(); ++c) {
    Entrant &entrant = outcome.entrants[entrantOf[c]];
    entrant.gflops = problem.row.flops() / median(samples[c]) * 1e-9;
    entrant.spread = spread(samples[c]);
    if (entrant.name != ours &&
        (!best || entrant.gflops > outcome.entrants[entrantOf[best]].gflops))
      best = c;
  }
  if (!best || outcome.entrants.front().name != ours || !outcome.entrants.front().right)
    return;
  std::vector<double> ratios; // of one round each, so that a slow spell hits both
  for (size_t round = 0; round < options.rounds; ++round)
    ratios.push_back(samples[best][round] / samples[0][round]);
  outcome.ratio = median(ratios);
  outcome.bestPeer = outcome.entrants[entrantOf[best]].name;
}

static Result<Outcomes> runAll(const BenchOptions &options, const std::vector<Row> &rows) {
  Target target = hostTarget();
  Outcomes outcomes;
  {
    Pinned pinned;
    outcomes.peak = fmaPeak();
  }
  std::cout << "One core of " << target.cpu << ": multiply-adds in registers "
            << std::lround(outcomes.peak) << " GFLOP/s\n";
  for (const Competitor &competitor : competitors)
    outcomes.versions[competitor.name] = competitor.version();
  for (const Row &row : rows) {
    auto tuned = tuneRow(row, target, options.tuning);
    if (!tuned)
      return tuned.error();
    RowOutcome outcome;
    outcome.name = row.name;
    outcome.schedule = tuned->report.kernels[0].bestSchedule;
    outcome.trials = tuned->report.kernels[0].trials;
    runRow(Problem(row), tuned->artifacts[0], options.race, outcome);
    std::cerr << row.name << ": " << outcome.trials << " trials, ratio " << outcome.ratio << "\n";
    outcomes.rows.push_back(std::move(outcome));
  }
  return outcomes;
}

/// NAME=RATIO demands that were not met, one sentence each.
static std::vector<std::string> missed(const BenchOptions &options, const Outcomes &outcomes) {
  std::vector<std::string> sentences;
  for (const std::string &demand : options.atLeast) {
    size_t equals = demand.find('=');
    for (const RowOutcome &row : outcomes.rows)
      if (row.name == demand.substr(0, equals) &&
          row.ratio < std::strtod(demand.c_str() + equals + 1, nullptr))
        sentences.push_back(row.name + " is below " + demand.substr(equals + 1) + " of " +
                            row.bestPeer + ".");
  }
  return sentences;
}

static int fail(const Error &error) {
  std::cerr << "error: " << error.message << "\n";
  return error.kind == ErrorKind::usage ? 2 : 1;
}

int main(int argc, char **argv) {
  BenchOptions options;
  CLI::App app("Our best schedule of each row beside oneDNN, OpenBLAS and MKL, one thread.");
  app.add_option("--rows", options.rows, "the list of rows, JSON")->default_val(ALT_BENCH_ROWS);
  app.add_option("--odd", options.odd, "instead of the list so many odd shapes drawn from --seed");
  app.add_option("--row", options.only, "only the rows of these names");
  app.add_option("--seed", options.tuning.seed, "of the odd shapes and of the tuner");
  app.add_option("--records", options.tuning.records,
                 "what was measured is read from and added to this file");
  app.add_option("--trials", options.tuning.trials,
                 "of each row, recorded ones included; 0: none for rows with records, else 200");
  app.add_option("--rounds", options.race.rounds, "samples of each contestant");
  app.add_option("--json", options.json, "write the outcome there as well");
  app.add_option("--at-least", options.atLeast,
                 "NAME=RATIO: exit with 1 when that row is below it");
  app.add_option("--write-kernels", options.kernels,
                 "write the rows as .mlir files there, and no more");
  CLI11_PARSE(app, argc, argv);

  auto rows = chooseRows(options);
  if (!rows)
    return fail(rows.error());
  if (!options.kernels.empty()) {
    std::filesystem::create_directories(options.kernels);
    for (const Row &row : *rows)
      if (auto done = writeFile(options.kernels / (row.name + ".mlir"), kernelText(row)); !done)
        return fail(done.error());
    return 0;
  }
  auto outcomes = runAll(options, *rows);
  if (!outcomes)
    return fail(outcomes.error());
  std::vector<std::string> columns = {ours};
  for (const Competitor &competitor : competitors) {
    columns.push_back(competitor.name);
    std::cout << competitor.name << " " << outcomes->versions[competitor.name] << "\n";
  }
  std::cout << table(*outcomes, columns);
  if (!options.json.empty())
    if (auto done = writeFile(options.json, toJson(*outcomes)); !done)
      return fail(done.error());
  auto sentences = missed(options, *outcomes);
  for (const std::string &sentence : sentences)
    std::cerr << sentence << "\n";
  return sentences.empty() ? 0 : 1;
}
