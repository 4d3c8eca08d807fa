#include "judge/FirstWrongNode.h"
#include "alt/Emit.h"
#include "alt/Lower.h"
#include "alt/Session.h"
#include "alt/tensor/TensorFiles.h"
#include "emit/RunInChild.h"
#include <algorithm>
#include <map>

namespace alt {

namespace fs = std::filesystem;

Allowance modelAllowance(const Tensor &actual, const Tensor &expected,
                         const std::string &precision) {
  Allowance allowed = allowance(Scope::model, actual.spec.type, expected.spec.type);
  if (auto type = elementTypeNamed(precision); type && allowed.tolerance > 0)
    allowed.tolerance = std::max(allowed.tolerance, allowance(Scope::model, *type).tolerance);
  return allowed;
}

/// A value inside may be a quantised one, also where outputs are not.
static std::optional<std::string> nodeDifference(const Tensor &actual, const Tensor &expected,
                                                 const std::string &precision) {
  Allowance allowed = modelAllowance(actual, expected, precision);
  const ElementInfo &element = info(expected.spec.type);
  allowed.steps = !element.isReal && element.bytes == 1 && element.draw != Draw::coin ? 1 : 0;
  return difference(actual, expected, allowed);
}

Result<std::optional<WrongNode>> firstDifference(const NodeValues &actual,
                                                 const NodeValues &expected,
                                                 const std::string &precision) {
  std::map<std::string, fs::path> files;
  for (const NodeValue &value : actual.values)
    files[value.name] = value.file;
  for (const NodeValue &value : expected.values) {
    auto found = files.find(value.name);
    if (found == files.end())
      continue;
    Result<Tensor> one = readTensor(found->second), other = readTensor(value.file);
    if (!one || !other)
      continue; // an element type that has no file here
    one->spec.name = value.name;
    if (auto wrong = nodeDifference(*one, *other, precision))
      return std::optional(WrongNode{value, *wrong});
  }
  return std::optional<WrongNode>();
}

/// What alt's library of a probe gives on a set's inputs; nothing where it cannot be made or run.
static std::optional<std::vector<Tensor>> probed(const fs::path &model,
                                                 const std::vector<fs::path> &inputs,
                                                 const JudgeOptions &options) {
  fs::path work = options.work / "probe", out = work / "out";
  std::error_code ignored;
  fs::remove_all(work, ignored);
  fs::create_directories(work, ignored);
  ImportOptions import = options.import;
  import.workDir = work;
  Result<Program> program = loadProgram(model, import);
  if (!program)
    return std::nullopt;
  std::vector<SessionKernel> kernels;
  for (size_t k = 0; k < program->kernels.size(); ++k)
    kernels.push_back({program->kernels[k], program->uses(k)});
  Result<SessionResult> built = buildDefaults(kernels, hostTarget(), 1, work);
  if (!built || !emitLibrary(*program, built->artifacts, {out, 1}))
    return std::nullopt;
  Result<RunOutcome> ran = runInChild(options.alt, out, inputs, work / "value");
  if (!ran || !ran->failure.empty())
    return std::nullopt;
  return std::move(ran->outputs);
}

std::optional<WrongNode> firstWrongValue(const NodeValues &expected,
                                         const std::vector<fs::path> &inputs,
                                         const JudgeOptions &options,
                                         const std::string &precision) {
  auto actual = probed(expected.model, inputs, options);
  for (size_t v = 0; actual && v < std::min(actual->size(), expected.values.size()); ++v) {
    Tensor &one = (*actual)[v];
    Result<Tensor> other = readTensor(expected.values[v].file);
    if (!other)
      continue;
    if (auto wrong = nodeDifference(one, *other, precision))
      return WrongNode{expected.values[v], *wrong};
  }
  return std::nullopt;
}

Result<std::optional<WrongNode>> firstWrongNode(const Reference &reference,
                                                const ReferenceSet &set,
                                                const JudgeOptions &options,
                                                const std::string &precision) {
  Result<std::optional<NodeValues>> all = reference.values(set);
  if (!all)
    return all.error();
  if (!*all)
    return std::optional<WrongNode>();
  std::vector<fs::path> inputs = set.inputFiles(reference.inputCount());
  if (auto wrong = firstWrongValue(**all, inputs, options, precision))
    return std::optional(std::move(*wrong));
  std::optional<WrongNode> found;
  size_t low = 0, high = (*all)->values.size();
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    auto one = reference.values(set, {(*all)->values[middle].name});
    if (!one)
      return one.error();
    auto wrong = *one ? firstWrongValue(**one, inputs, options, precision) : std::nullopt;
    if (wrong) {
      found = std::move(wrong);
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return found;
}

} // namespace alt
