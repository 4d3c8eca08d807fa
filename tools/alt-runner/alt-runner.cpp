// The measuring child of alt: builds candidates, or times them, each in a fork of its own.
#include "alt/Lower.h"
#include "measure/child/Servers.h"

using namespace alt;

/// Loads dialects, registers passes and targets, resolves symbols: what each child would else do
/// again for its one candidate.
static void warmUp() {
  Result<Workload> workload = describeKernel(R"(
func.func @kernel(%a: tensor<32x32xf32>, %b: tensor<32x32xf32>) -> tensor<32x32xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x32xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %r = linalg.matmul ins(%a, %b : tensor<32x32xf32>, tensor<32x32xf32>)
                     outs(%f : tensor<32x32xf32>) -> tensor<32x32xf32>
  return %r : tensor<32x32xf32>
})");
  if (!workload)
    return; // each child will find its own way
  Target target = hostTarget();
  std::unique_ptr<SearchSpace> space = makeSearchSpace(*workload, target);
  Schedule schedule = space->defaultSchedule();
  LowerRequest request{
      .workload = *workload, .space = space.get(), .schedule = &schedule, .symbolPrefix = "warm"};
  (void)lowerToObject(request, target, "/dev/null");
}

int main(int argc, char **argv) {
  BuildParts parts;
  parts.makeSpace = spaceOf;
  parts.lower = lowerToObject;
  parts.warmUp = warmUp;
  return runnerMain(argc, argv, parts);
}
