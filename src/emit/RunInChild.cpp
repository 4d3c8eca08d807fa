#include "emit/RunInChild.h"
#include "alt/Measure.h"
#include "alt/tensor/TensorFiles.h"
#include "emit/Manifest.h"
#include "support/Subprocess.h"

namespace alt {

namespace fs = std::filesystem;

static constexpr Seconds runLimit(300); ///< what hangs has to end some time

static std::string failureOf(const ChildResult &child) {
  if (child.timedOut)
    return "it did not end within five minutes";
  if (std::string signal = child.signalName(); !signal.empty())
    return "it crashed (" + signal + ")";
  std::string line = lastLine(child.err), prefix = "error: ";
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

Result<RunOutcome> runInChild(const fs::path &alt, const fs::path &library,
                              std::span<const fs::path> inputs, const fs::path &stem) {
  Result<Manifest> manifest = readManifest(library);
  if (!manifest)
    return manifest.error();
  std::vector<std::string> command = {alt, "run", library, "--repeat", "0"};
  for (const fs::path &input : inputs)
    command.insert(command.end(), {"--input", input});
  std::vector<fs::path> files;
  for (size_t o = 0; o < manifest->outputs.size(); ++o) {
    files.push_back(stem.string() + std::to_string(o) + ".npy");
    command.insert(command.end(), {"--output", files.back()});
  }
  Result<ChildResult> child = runChild(command, {.limit = runLimit});
  if (!child)
    return child.error();
  RunOutcome outcome;
  if (!child->succeeded()) {
    outcome.failure = failureOf(*child);
    return outcome;
  }
  for (size_t o = 0; o < files.size(); ++o) {
    Result<Tensor> output = readTensor(files[o]);
    if (!output)
      return output.error();
    output->spec.name = manifest->outputs[o].name;
    outcome.outputs.push_back(std::move(*output));
    std::error_code ignored;
    fs::remove(files[o], ignored);
  }
  return outcome;
}

} // namespace alt
