// bench-threads: what a second core gives our kernels, beside what it gives multiply-adds in
// registers.
#include "Race.h"
#include "TuneRow.h"
#include "alt/Lower.h"
#include "alt/Support.h"
#include "alt/Table.h"
#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace alt;
using namespace alt::bench;

namespace {
struct ThreadsOptions {
  std::filesystem::path rows, records, json;
  std::vector<std::string> only;
  unsigned trials = 0, threads = 2, odd = 0;
  uint64_t seed = 1;
  double megaflops = 10;
  RaceOptions race{21, Seconds(5e-3), wallSeconds};
};

/// What several cores gain over one.
struct Gain {
  /// By the samples of either; `work`: how many times as much the several do in a call.
  Gain(const std::vector<double> &one, const std::vector<double> &several, double work)
      : best(work * lowFifth(one) / lowFifth(several)) {
    for (size_t round = 0; round < one.size(); ++round)
      rounds.push_back(work * one[round] / several[round]);
  }
  double best;
  std::vector<double> rounds; ///< of one round each, for the spread
};

/// A row on one core and on several; all of it in the same rounds.
struct Scaling {
  std::string name, schedules[2];
  double gflops[2]; ///< one thread, several
  Gain kernel, probe;
  double ratio() const { return kernel.best / probe.best; }
};

/// What bounds kernels that are larger than the caches.
struct Reading {
  double gigabytes; ///< a second, one core
  Gain gain;
};
} // namespace


static Result<Scaling> scaling(const Row &row, const Target &target, const ThreadsOptions &options,
                               std::span<const int> cores) {
  Problem problem(row);
  std::vector<SessionResult> sessions; // they own the objects
  for (unsigned threads : {1u, options.threads}) {
    RowTuning tuning{options.records, options.trials, 1, threads};
    tuning.records += "." + std::to_string(threads);
    auto tuned = tuneRow(row, target, tuning);
    if (!tuned)
      return tuned.error();
    sessions.push_back(*std::move(tuned));
  }
  Pinned pinned;
  FirstInLine firstInLine;
  const std::span<const int> one = cores.first(1);
  std::vector<std::unique_ptr<Contestant>> contestants;
  contestants.push_back(enterAlt(problem, sessions[0].artifacts[0], one));
  contestants.push_back(enterAlt(problem, sessions[1].artifacts[0], cores));
  for (auto &contestant : contestants) {
    Buffer result(row.outputElements());
    if (!contestant) // it said why
      return Error{ErrorKind::io, row.name + ": the kernel cannot be loaded."};
    contestant->call();
    contestant->result(result);
    if (!agrees(error(problem, result)))
      return Error{ErrorKind::internal, row.name + ": the answer is wrong."};
  }
  contestants.push_back(enterFmaProbe(one));
  contestants.push_back(enterFmaProbe(cores));
  std::vector<Contestant *> all;
  for (auto &contestant : contestants)
    all.push_back(contestant.get());
  auto samples = race(all, options.race);
  auto schedule = [&](int i) { return sessions[i].report.kernels[0].bestSchedule; };
  auto gflops = [&](int i) { return row.flops() / lowFifth(samples[i]) * 1e-9; };
  return Scaling{row.name,
                 {schedule(0), schedule(1)},
                 {gflops(0), gflops(1)},
                 Gain(samples[0], samples[1], 1),
                 Gain(samples[2], samples[3], double(cores.size()))};
}

static Reading reading(const RaceOptions &options, std::span<const int> cores) {
  Pinned pinned;
  FirstInLine firstInLine;
  auto one = enterReadProbe(cores.first(1)), all = enterReadProbe(cores);
  auto samples = race({one.get(), all.get()}, options);
  return {double(readBytes) / lowFifth(samples[0]) * 1e-9, Gain(samples[0], samples[1], 1)};
}

static std::string print(const Gain &gain) {
  char text[48];
  std::snprintf(text, sizeof text, "%.2f ±%.0f%%", gain.best, 100 * spread(gain.rounds));
  return text;
}

static std::string print(const char *format, double value) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

static std::string table(const std::vector<Scaling> &rows, unsigned threads) {
  Table table(
      {"GFLOP/s", "1 thread", std::to_string(threads) + " threads", "speed-up", "FMA's", "ratio"},
      {Table::left, Table::right, Table::right, Table::right, Table::right, Table::right});
  for (const Scaling &row : rows)
    table.add({row.name, print("%.1f", row.gflops[0]), print("%.1f", row.gflops[1]),
               print(row.kernel), print(row.probe), print("%.2f", row.ratio())});
  return table.print();
}

static std::string toJson(const std::vector<Scaling> &rows, const Reading &memory,
                          unsigned threads) {
  using Json = nlohmann::ordered_json;
  auto gain = [](const Gain &of) { return Json{{"best", of.best}, {"spread", spread(of.rounds)}}; };
  Json document = {
      {"threads", threads},
      {"reading", {{"gigabytes_per_second", memory.gigabytes}, {"speed_up", gain(memory.gain)}}}};
  for (const Scaling &row : rows)
    document["rows"].push_back({{"name", row.name},
                                {"gflops", row.gflops},
                                {"schedules", row.schedules},
                                {"speed_up", gain(row.kernel)},
                                {"fma_speed_up", gain(row.probe)},
                                {"ratio", row.ratio()}});
  return document.dump(2) + "\n";
}

static Result<void> run(const ThreadsOptions &options) {
  std::vector<int> cores = coresFromLast();
  if (options.threads < 2 || options.threads > cores.size())
    return Error{ErrorKind::usage, "--threads: 2 or more, and this process has " +
                                       std::to_string(cores.size()) + " cores."};
  cores.resize(options.threads);
  auto rows = options.odd ? Result(oddRows(options.seed, options.odd)) : readRows(options.rows);
  if (rows)
    rows = onlyNamed(*std::move(rows), options.only);
  if (!rows)
    return rows.error();
  Target target = hostTarget();
  std::vector<Scaling> found;
  for (const Row &row : *rows) {
    if (row.flops() < options.megaflops * 1e6)
      continue;
    auto scaled = scaling(row, target, options, cores);
    if (!scaled)
      return scaled.error();
    std::cerr << row.name << ": " << print("%.2f", scaled->ratio()) << "\n";
    found.push_back(*std::move(scaled));
  }
  Reading memory = reading(options.race, cores);
  std::cout << table(found, options.threads) << "reading memory: " << std::lround(memory.gigabytes)
            << " GB/s on one core, speed-up " << print(memory.gain) << "\n";
  return options.json.empty() ? Result<void>()
                              : writeFile(options.json, toJson(found, memory, options.threads));
}

int main(int argc, char **argv) {
  ThreadsOptions options;
  CLI::App app(
      "Our kernels on one thread and on several, in turns, beside a probe of multiply-adds "
      "in registers on one core and on as many.");
  app.add_option("--rows", options.rows, "the list of rows, JSON")->default_val(ALT_BENCH_ROWS);
  app.add_option("--odd", options.odd, "instead of the list so many odd shapes drawn from --seed");
  app.add_option("--seed", options.seed, "of the odd shapes");
  app.add_option("--row", options.only, "only the rows of these names");
  app.add_option("--megaflops", options.megaflops, "only rows with at least so many");
  app.add_option("--threads", options.threads, "cores, the last ones");
  app.add_option("--records", options.records,
                 "what was measured is read from and added to this file, its name followed by "
                 ".THREADS");
  app.add_option("--trials", options.trials,
                 "of each row and number of threads, recorded ones included; 0: none for rows with "
                 "records, else 200");
  app.add_option("--rounds", options.race.rounds, "samples of each contestant");
  app.add_option("--json", options.json, "write the outcome there as well");
  CLI11_PARSE(app, argc, argv);
  if (auto done = run(options); !done) {
    std::cerr << "error: " << done.error().message << "\n";
    return done.error().kind == ErrorKind::usage ? 2 : 1;
  }
  return 0;
}
