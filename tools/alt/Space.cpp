#include "Interrupt.h"
#include "Tuning.h"
#include "alt/Lower.h"
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {

using Json = nlohmann::ordered_json;

static Json knobsJson(const SearchSpace &space) {
  Json list = Json::array();
  Schedule fallback = space.defaultSchedule();
  for (size_t k = 0; k < space.knobs().size(); ++k) {
    const Knob &knob = space.knobs()[k];
    bool names = knob.kind == Knob::Kind::categorical;
    Json options = names ? Json(knob.labels) : Json(knob.options);
    list.push_back({{"name", knob.name},
                    {"kind", names ? "categorical" : "ordinal"},
                    {"options", options},
                    {"default", options[fallback.choice[k]]}});
  }
  return list;
}

namespace {
class Space final : public Command {
public:
  std::string name() const override { return "space"; }
  std::string summary() const override {
    return "Print a kernel's search space as a script that alt tune --schedule reads";
  }
  std::string examples() const override {
    return "  alt space conv.mlir > space.mlir            # leave out options, add constraints, "
           "then\n"
           "  alt tune conv.mlir --schedule space.mlir\n"
           "  alt space model.onnx --kernel matmul_1x512x1000 --json | jq .size\n";
  }
  void declare(CLI::App &app) override {
    source.declare(app, "PROGRAM", "A .mlir or .onnx file");
    app.add_option("--kernel", kernel, "Which one, by its name or id in alt kernels");
    app.add_option("--threads", threads, "Cores that a kernel may use")->check(CLI::PositiveNumber);
  }

  Result<int> run(const Invocation &invocation) override {
    WorkFolder work;
    auto program = source.load(work.path());
    if (!program)
      return program.error();
    auto workload = choose(*program);
    if (!workload)
      return workload.error();
    Target target = hostTarget();
    PrintedSpace printed = printSpace(**workload, target, threads);
    if (!invocation.json) {
      std::cout << printed.script;
      return exitOk;
    }
    auto space = spaceOf(**workload, target, threads);
    printJson(Json{{"name", (*workload)->name},
                   {"id", (*workload)->id.hex()},
                   {"threads", threads},
                   {"size", space->size()},
                   {"knobs", knobsJson(*space)},
                   {"constraints", printed.constraints}}
                  .dump(2));
    return exitOk;
  }

private:
  /// The one kernel that has a choice, or the one that is named.
  Result<const Workload *> choose(const Program &program) const {
    std::vector<const Workload *> found;
    std::string names;
    for (const Workload &workload : program.kernels) {
      if (!workload.tunable())
        continue;
      names += (names.empty() ? "" : ", ") + workload.name;
      if (kernel.empty() || kernel == workload.name || kernel == workload.id.hex())
        found.push_back(&workload);
    }
    std::string file = source.model.string();
    if (names.empty())
      return Error{ErrorKind::invalidInput, file + ": no kernel in it leaves a choice."};
    if (found.empty())
      return Error{ErrorKind::usage,
                   file + " has no kernel '" + kernel + "'; it has " + names + "."};
    if (found.size() > 1)
      return Error{ErrorKind::usage, file + " has " + std::to_string(found.size()) +
                                         " kernels; say which with --kernel: " + names + "."};
    return found.front();
  }

  ModelArguments source;
  std::string kernel;
  unsigned threads = 1;
};
} // namespace

std::unique_ptr<Command> makeSpace() { return std::make_unique<Space>(); }

} // namespace alt
