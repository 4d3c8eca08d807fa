// Random linalg programs under random legal schedules, beside MLIR's own bufferisation and loops.
//
//   differential --pairs 1000 --seed 1 --found DIR        prints each difference, one JSON object
//   last differential --replay DIR/17.mlir                     one reproducer again
#include "Check.h"
#include "DrawnKernels.h"
#include "DrawnProgram.h"
#include "alt/Lower.h"
#include "alt/Support.h"
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

using namespace alt;
using namespace alt::differential;

namespace {

std::string drawAny(Choices &choices) {
  if (choices.below(3) < 2)
    return DrawnProgram(choices).draw();
  const test::DrawnFamily &family = choices.oneOf(test::drawnFamilies);
  return (test::DrawnKernel(choices).*family.draw)();
}

const Pair *firstDifference(const Checked &checked) {
  for (const Pair &pair : checked.pairs)
    if (pair.differs())
      return &pair;
  return nullptr;
}

/// Smaller choices as long as something still differs in the same way.
Checked shrink(std::vector<uint64_t> choices, Checked found, uint64_t seed,
               const CheckOptions &options) {
  Pair::Verdict verdict = firstDifference(found)->verdict;
  int attempts = 60;
  auto keeps = [&](const std::vector<uint64_t> &tried) {
    Choices again(tried);
    Checked checked = check(drawAny(again), seed, options);
    const Pair *pair = firstDifference(checked);
    if (--attempts < 0 || !pair || pair->verdict != verdict)
      return false;
    choices = tried;
    found = std::move(checked);
    return true;
  };
  for (size_t length : {choices.size() / 4, choices.size() / 2, choices.size() * 3 / 4})
    if (keeps({choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(length)}))
      break;
  for (size_t i = 0; i < choices.size() && attempts > 0; ++i)
    for (uint64_t smaller : {uint64_t(0), choices[i] / 2})
      if (i < choices.size() && smaller < choices[i]) {
        std::vector<uint64_t> tried = choices;
        tried[i] = smaller;
        if (keeps(tried))
          break;
      }
  return found;
}

/// What a reason is counted under: without its numbers.
std::string kind(const std::string &detail) {
  std::string text = detail.substr(0, detail.find('\n')).substr(0, 120);
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

struct Counts {
  uint64_t programs = 0, unusable = 0, kernels = 0, pairs = 0, differing = 0;
  std::map<std::string, uint64_t> verdicts, refused;
};

std::string describe(const Checked &checked, uint64_t seed) {
  std::string text = "// differential --replay FILE: seed=" + std::to_string(seed) + "\n";
  for (const Pair &pair : checked.pairs)
    if (pair.differs())
      text += std::string("// ") + name(pair.verdict) + ": " +
              pair.detail.substr(0, pair.detail.find('\n')) + "\n//   " +
              (pair.schedule.empty() ? "the whole program" : pair.schedule) + " on " +
              std::to_string(pair.threads) + " threads" + (pair.special ? ", special inputs" : "") +
              "\n";
  return text + checked.program;
}

int replay(const std::filesystem::path &file, const CheckOptions &options) {
  Result<std::string> text = readFile(file);
  if (!text) {
    std::fprintf(stderr, "error: %s\n", text.error().message.c_str());
    return 1;
  }
  size_t at = text->find("seed=");
  uint64_t seed = at == std::string::npos ? 1 : std::stoull(text->substr(at + 5));
  Checked checked = check(*text, seed, options);
  if (!checked.unusable.empty())
    std::printf("unusable: %s\n", checked.unusable.c_str());
  for (const Pair &pair : checked.pairs)
    std::printf("%s: %s on %u threads%s %s\n", name(pair.verdict),
                pair.schedule.empty() ? "the whole program" : pair.schedule.c_str(), pair.threads,
                pair.special ? ", special inputs" : "", pair.detail.c_str());
  return firstDifference(checked) ? 1 : 0;
}

void add(Counts &counts, const Checked &checked) {
  ++counts.programs;
  counts.unusable += !checked.unusable.empty();
  counts.kernels += checked.kernels;
  if (!checked.unusable.empty())
    ++counts.refused[kind(checked.unusable)];
  for (const Pair &pair : checked.pairs) {
    ++counts.pairs;
    counts.differing += pair.differs();
    ++counts.verdicts[name(pair.verdict)];
    if (pair.verdict == Pair::Verdict::refused)
      ++counts.refused[kind(pair.detail)];
  }
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app(
      "Random linalg programs under random schedules beside MLIR's own bufferisation and loops.");
  uint64_t pairs = 200, seed = 1, first = 0, step = 1;
  std::string file, found = "build/differential";
  CheckOptions options;
  app.add_option("--pairs", pairs, "how many to try");
  app.add_option("--seed", seed, "what is drawn follows from it");
  app.add_option("--first", first, "number of the first program");
  app.add_option("--step", step, "and from it to the next: several processes share the work");
  app.add_option("--schedules", options.schedules, "for a program");
  app.add_option("--found", found, "folder for reproducers");
  app.add_option("--replay", file, "one reproducer again");
  CLI11_PARSE(app, argc, argv);
  // Loaded once, for all children.
  (void)lowerToObject(
      {.workload = *describeKernel("func.func @kernel(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                                   "  %r = arith.negf %a : tensor<2xf32>\n"
                                   "  return %r : tensor<2xf32>\n}"),
       .reference = true},
      hostTarget(), "/dev/null");
  if (!file.empty())
    return replay(file, options);
  auto begin = std::chrono::steady_clock::now();
  Counts counts;
  for (uint64_t number = first; counts.pairs < pairs; number += step) {
    Rng rng(seed * 1000003 + number);
    Choices choices(rng);
    std::string program = drawAny(choices);
    Checked checked = check(program, seed + number, options);
    add(counts, checked);
    if (!checked.unusable.empty()) { // what is drawn should be possible
      std::filesystem::create_directories(found);
      (void)writeFile(std::filesystem::path(found) /
                          ("unusable-" + std::to_string(number) + ".mlir"),
                      "// " + checked.unusable + "\n" + program);
    }
    if (!firstDifference(checked))
      continue;
    checked = shrink(choices.made(), std::move(checked), seed + number, options);
    std::filesystem::create_directories(found);
    std::filesystem::path path = std::filesystem::path(found) / (std::to_string(number) + ".mlir");
    (void)writeFile(path, describe(checked, seed + number));
    const Pair &pair = *firstDifference(checked);
    std::printf("%s: %s: %s\n", path.c_str(), name(pair.verdict),
                pair.detail.substr(0, pair.detail.find('\n')).c_str());
    std::fflush(stdout);
  }
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  nlohmann::json result = {{"pairs", counts.pairs},         {"programs", counts.programs},
                           {"kernels", counts.kernels},     {"unusable", counts.unusable},
                           {"differing", counts.differing}, {"verdicts", counts.verdicts},
                           {"refused", counts.refused},     {"seconds", seconds}};
  std::printf("%s\n", result.dump().c_str());
  return counts.differing ? 1 : 0;
}
