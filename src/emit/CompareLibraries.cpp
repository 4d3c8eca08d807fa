#include "alt/CompareLibraries.h"
#include "alt/Measure.h"
#include "alt/tensor/Agreement.h"
#include "alt/tensor/TensorFiles.h"
#include "emit/Manifest.h"
#include "support/Subprocess.h"

namespace alt {

namespace fs = std::filesystem;

namespace {
constexpr Seconds runLimit(300); ///< what hangs has to end some time

/// The outputs, or why there are none.
struct RunOutcome {
  std::vector<Tensor> outputs;
  std::string failure;
};
} // namespace

static std::string failureOf(const ChildResult &child) {
  if (child.timedOut)
    return "it did not end within five minutes";
  if (std::string signal = child.signalName(); !signal.empty())
    return "it crashed (" + signal + ")";
  std::string line = lastLine(child.err), prefix = "error: ";
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

static Result<RunOutcome> runOnce(const fs::path &alt, const fs::path &library,
                                  const Manifest &manifest, const fs::path &stem) {
  std::vector<std::string> command = {alt, "run", library, "--repeat", "0"};
  std::vector<fs::path> files;
  for (size_t o = 0; o < manifest.outputs.size(); ++o) {
    files.push_back(stem.string() + std::to_string(o) + ".npy");
    command.insert(command.end(), {"--output", files.back()});
  }
  Result<ChildResult> child = runChild(command, runLimit);
  if (!child)
    return child.error();
  RunOutcome outcome;
  if (!child->succeeded()) {
    outcome.failure = failureOf(*child);
    return outcome;
  }
  for (const fs::path &file : files) {
    Result<Tensor> output = readTensor(file);
    if (!output)
      return output.error();
    outcome.outputs.push_back(std::move(*output));
  }
  return outcome;
}

Result<LibraryComparison> compareLibraries(const fs::path &alt, const fs::path &actual,
                                           const fs::path &expected, const fs::path &work) {
  Result<Manifest> manifest = readManifest(expected);
  if (!manifest)
    return manifest.error();
  Result<RunOutcome> wanted = runOnce(alt, expected, *manifest, work / "expected");
  if (!wanted)
    return wanted.error();
  LibraryComparison comparison;
  if (!wanted->failure.empty()) {
    comparison.notCompared = wanted->failure;
    return comparison;
  }
  Result<RunOutcome> found = runOnce(alt, actual, *manifest, work / "actual");
  if (!found)
    return found.error();
  if (!found->failure.empty())
    comparison.difference = found->failure;
  for (size_t o = 0; o < found->outputs.size() && !comparison.difference; ++o) {
    ElementType type = manifest->outputs[o].type;
    wanted->outputs[o].spec.name = manifest->outputs[o].name;
    comparison.difference =
        difference(found->outputs[o], wanted->outputs[o], allowance(Scope::model, type));
  }
  return comparison;
}

} // namespace alt
