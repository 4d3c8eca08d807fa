#include "Command.h"
#include "Supervise.h"
#include "alt/Report.h"
#include "alt/RunLibrary.h"
#include "alt/tensor/Agreement.h"
#include "alt/tensor/TensorFiles.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

namespace alt {

namespace {
class Run final : public Command {
public:
  std::string name() const override { return "run"; }
  std::string summary() const override { return "Run an emitted library, time it, check it"; }
  std::string examples() const override {
    return "  alt run build/model --repeat 50\n"
           "  alt run build/model --input x.npy --output y.npy\n"
           "  alt run build/model --input input_0.pb --check output_0.pb --json\n";
  }
  void declare(CLI::App &app) override {
    app.add_option("DIR", directory, "What `alt compile --out` wrote")->required();
    app.add_option("--input", inputs, "Inputs in the model's order, .npy or .pb; else random numbers")
        ->type_name("FILE")->expected(1)->take_all();
    app.add_option("--output", outputs, "Where outputs go, in the model's order, as .npy")
        ->type_name("FILE")->expected(1)->take_all();
    app.add_option("--check", checks, "Expected outputs in the model's order, .npy or .pb")
        ->type_name("FILE")->expected(1)->take_all();
    app.add_option("--tolerance", tolerance,
                   "Real outputs a pass where |a - e| <= tolerance * (|e| + rms of all e); else by type, "
                   "1e-3 for f32")
        ->type_name("[by type]")->check(CLI::NonNegativeNumber);
    app.add_option("--steps", steps, "By how much integer outputs may differ: 1 for quantised ones")
        ->capture_default_str()->check(CLI::NonNegativeNumber);
    app.add_option("--repeat", repeat, "Timed runs; 0: not timed")->capture_default_str()->check(CLI::Range(0, 1000000));
    app.add_option("--seed", seed, "Of the random inputs")->capture_default_str();
  }

  Result<int> run(const Invocation &invocation) override {
    Doing doing("running " + directory.string());
    auto library = LoadedLibrary::open(directory);
    if (!library)
      return library.error();
    auto arguments = readInputs(*library);
    if (!arguments)
      return arguments.error();
    auto results = library->run(*arguments);
    if (!results)
      return results.error();
    if (auto done = writeOutputs(*results); !done)
      return done.error();
    auto check = compare(*results);
    if (!check)
      return check.error();
    Result<std::vector<Seconds>> times = std::vector<Seconds>();
    if (repeat > 0)
      times = library->time(*arguments, repeat);
    if (!times)
      return times.error();
    print(invocation, *times, *check);
    return check->differences.empty() ? exitOk : exitFailed;
  }

private:
  Result<std::vector<Tensor>> readInputs(const LoadedLibrary &library) const {
    auto specs = library.inputs();
    if (!inputs.empty() && inputs.size() != specs.size())
      return Error{ErrorKind::usage, library.name() + " has " + std::to_string(specs.size()) +
                                         " inputs, but --input is given " +
                                         std::to_string(inputs.size()) + " times."};
    std::vector<Tensor> tensors;
    std::mt19937_64 rng(seed);
    for (size_t i = 0; i < specs.size(); ++i) {
      if (inputs.empty()) {
        tensors.push_back(randomTensor(specs[i], rng));
        continue;
      }
      auto tensor = readTensor(inputs[i]);
      if (!tensor)
        return tensor.error();
      bool whole = specs[i].type == ElementType::f32; // as the importer declares halves
      tensors.push_back(whole ? withoutHalves(std::move(*tensor)) : std::move(*tensor));
    }
    return tensors;
  }

  Result<void> writeOutputs(const std::vector<Tensor> &results) const {
    if (outputs.size() > results.size())
      return Error{ErrorKind::usage, "The model has " + std::to_string(results.size()) +
                                         " outputs, but --output is given " +
                                         std::to_string(outputs.size()) + " times."};
    for (size_t i = 0; i < outputs.size(); ++i)
      if (auto done = writeTensor(outputs[i], results[i]); !done)
        return done;
    return {};
  }

  struct Check {
    double largestError = 0, tolerance = 0; ///< of all outputs that are checked
    std::vector<std::string> differences; ///< one an output
  };

  Result<Check> compare(const std::vector<Tensor> &results) const {
    if (checks.size() > results.size())
      return Error{ErrorKind::usage, "The model has " + std::to_string(results.size()) +
                                         " outputs, but --check is given " +
                                         std::to_string(checks.size()) + " times."};
    Check check;
    for (size_t i = 0; i < checks.size(); ++i) {
      auto expected = readTensor(checks[i]);
      if (!expected)
        return expected.error();
      Allowance allowed = allowance(Scope::model, results[i].spec.type, expected->spec.type);
      allowed.tolerance = tolerance.value_or(allowed.tolerance);
      allowed.steps = steps;
      check.tolerance = std::max(check.tolerance, allowed.tolerance);
      check.largestError = std::max(check.largestError, largestError(results[i], *expected));
      if (auto wrong = difference(results[i], *expected, allowed))
        check.differences.push_back(*wrong);
    }
    return check;
  }

  void print(const Invocation &invocation, std::vector<Seconds> times, const Check &check) const {
    std::sort(times.begin(), times.end());
    auto at = [&](double q) { return times[static_cast<size_t>(q * double(times.size() - 1))].count(); };
    if (invocation.json) {
      nlohmann::ordered_json json = nlohmann::ordered_json::object();
      if (!times.empty())
        json = {{"median_seconds", at(0.5)},
                {"min_seconds", times.front().count()},
                {"p10_seconds", at(0.1)},
                {"p90_seconds", at(0.9)}};
      json["repeat"] = times.size();
      if (!checks.empty()) {
        bool finite = std::isfinite(check.largestError);
        json["max_relative_error"] = finite ? nlohmann::ordered_json(check.largestError) : nullptr;
        json["tolerance"] = check.tolerance;
        json["check"] = check.differences.empty() ? "pass" : "fail";
        if (!check.differences.empty())
          json["differences"] = check.differences;
      }
      printJson(json.dump(2));
      return;
    }
    if (!times.empty())
      std::cout << "latency: median " << printSeconds(at(0.5)) << ", 10 to 90 % within "
                << printSeconds(at(0.1)) << " to " << printSeconds(at(0.9)) << ", " << times.size()
                << " runs\n";
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", check.largestError);
    for (const std::string &difference : check.differences)
      std::cout << "check: fail, " << difference << "\n";
    if (!checks.empty() && check.differences.empty())
      std::cout << "check: pass, largest relative error " << text << "\n";
  }

  std::filesystem::path directory;
  std::vector<std::filesystem::path> inputs, outputs, checks;
  std::optional<double> tolerance;
  int64_t steps = 0;
  unsigned repeat = 20;
  uint64_t seed = 1;
};
} // namespace

std::unique_ptr<Command> makeRun() { return std::make_unique<Run>(); }

} // namespace alt
