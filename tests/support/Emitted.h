// A program lowered without schedules and emitted: the shortest way to something that runs.
#pragma once
#include "TemporaryFolder.h"
#include "Tensors.h"
#include "alt/Emit.h"
#include "alt/Lower.h"
#include "alt/RunLibrary.h"

namespace alt::test {

inline Result<std::vector<Artifact>> lowerPlainly(const Program &program,
                                                  const std::filesystem::path &folder) {
  std::vector<Artifact> artifacts;
  for (size_t k = 0; k < program.kernels.size(); ++k) {
    Artifact artifact;
    artifact.object = folder / ("plain_" + std::to_string(k) + ".o");
    auto lowered = lowerToObject({program.kernels[k]}, hostTarget(), artifact.object);
    if (auto *failure = std::get_if<LowerFailure>(&lowered))
      return Error{ErrorKind::internal, program.kernels[k].name + ": " + failure->detail};
    artifact.plan = std::get<KernelPlan>(lowered);
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}

/// Loads `model`, lowers its kernels plainly and emits into `directory`.
inline Result<EmittedFiles> emitPlainly(const std::filesystem::path &model,
                                        const std::filesystem::path &directory,
                                        const std::filesystem::path &work, unsigned threads = 1,
                                        std::vector<ShapeBinding> shapes = {}) {
  ImportOptions options;
  options.workDir = work;
  options.shapes = std::move(shapes);
  std::filesystem::create_directories(work);
  Result<Program> program = loadProgram(model, options);
  if (!program)
    return program.error();
  Result<std::vector<Artifact>> artifacts = lowerPlainly(*program, work);
  if (!artifacts)
    return artifacts.error();
  EmitOptions emit;
  emit.directory = directory;
  emit.threads = threads;
  return emitLibrary(*program, *artifacts, emit);
}

} // namespace alt::test
