#include "Contestant.h"
#include "alt/LoadedKernel.h"
#include <algorithm>
#include <iostream>

namespace alt::bench {

namespace {
class AltContestant final : public Contestant {
public:
  AltContestant(const Problem &problem, LoadedKernel loaded)
      : kernel(std::move(loaded)), input(problem.row.inputElements()),
        weights(problem.row.weightElements()), output(problem.row.outputElements()) {
    std::copy(problem.input.begin(), problem.input.end(), input.begin());
    std::copy(problem.weights.begin(), problem.weights.end(), weights.begin());
    void *arguments[] = {input.data(), weights.data(), output.data()};
    kernel.bind(arguments);
  }
  void call() override { kernel.call(); }
  void result(Buffer &into) override { std::copy(output.begin(), output.end(), into.begin()); }

private:
  LoadedKernel kernel;
  Buffer input, weights, output;
};
} // namespace

std::unique_ptr<Contestant> enterAlt(const Problem &problem, const Artifact &artifact,
                                     std::span<const int> cores) {
  auto kernel = LoadedKernel::load(artifact, std::max<size_t>(1, cores.size()), cores);
  if (!kernel) {
    std::cerr << problem.row.name << ": " << kernel.error().message << "\n";
    return nullptr;
  }
  return std::make_unique<AltContestant>(problem, std::move(*kernel));
}

} // namespace alt::bench
