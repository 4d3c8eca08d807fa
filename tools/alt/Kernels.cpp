#include "Interrupt.h"
#include "Tuning.h"
#include "alt/Lower.h"
#include "alt/Table.h"
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {

static std::string shapeText(const Argument &argument) {
  std::string text;
  for (int64_t extent : argument.shape)
    text += std::to_string(extent) + "x";
  return text + std::string(name(argument.type));
}

/// "1x56x56x64xf32, 3x3x64x64xf32 -> 1x56x56x64xf32".
static std::string shapes(const Workload &workload) {
  std::string inputs, outputs;
  for (const Argument &argument : workload.arguments) {
    std::string &side = argument.isOutput ? outputs : inputs;
    side += (side.empty() ? "" : ", ") + shapeText(argument);
  }
  return inputs + " -> " + outputs;
}

static std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

namespace {
class Kernels final : public Command {
public:
  std::string name() const override { return "kernels"; }
  std::string summary() const override { return "List a program's distinct kernels"; }
  std::string examples() const override {
    return "  alt kernels model.onnx\n"
           "  alt kernels program.mlir --json | jq '.kernels[].space_size'\n";
  }
  void declare(CLI::App &app) override {
    source.declare(app, "PROGRAM", "A .mlir or .onnx file");
    app.add_option("--threads", threads, "Cores that a kernel may use")->check(CLI::PositiveNumber);
  }
  Result<int> run(const Invocation &invocation) override {
    WorkFolder work;
    auto program = source.load(work.path());
    if (!program)
      return program.error();
    Target target = hostTarget();
    nlohmann::ordered_json list = nlohmann::json::array();
    Table table({"kernel", "count", "FLOPs", "space", "shapes"},
                {Table::left, Table::right, Table::right, Table::right, Table::left});
    for (size_t k = 0; k < program->kernels.size(); ++k) {
      const Workload &workload = program->kernels[k];
      double size = workload.tunable() ? spaceOf(workload, target, threads)->size() : 1;
      list.push_back({{"name", workload.name},
                      {"id", workload.id.hex()},
                      {"anchor", alt::name(workload.anchor)},
                      {"count", program->uses(k)},
                      {"shapes", shapes(workload)},
                      {"flops", workload.flops},
                      {"space_size", size},
                      {"prologue_ops", workload.prologueOps},
                      {"epilogue_ops", workload.epilogueOps}});
      table.add({workload.name, std::to_string(program->uses(k)),
                 rounded(static_cast<double>(workload.flops)), rounded(size), shapes(workload)});
    }
    if (invocation.json)
      printJson(nlohmann::ordered_json{{"name", program->name}, {"kernels", list}}.dump(2));
    else
      std::cout << table.print();
    return exitOk;
  }

private:
  ModelArguments source;
  unsigned threads = 1;
};
} // namespace

std::unique_ptr<Command> makeKernels() { return std::make_unique<Kernels>(); }

} // namespace alt
