// MLIR's opt driver with the dialects of kernels, our transform ops, and each step of lower/ as a
// pass: for FileCheck tests and for replaying the schedules that alt writes.
//
//   alt-opt schedules.mlir --alt-replay             the kernel after its schedule
//   alt-opt kernel.mlir --alt-prepare --transform-interpreter --alt-bufferize --alt-outline-stages
#include "lower/Context.h"
#include "lower/CropPads.h"
#include "lower/DestinationStyle.h"
#include "lower/ExpandPowers.h"
#include "lower/Pipeline.h"
#include "lower/Prepare.h"
#include "lower/Reference.h"
#include "lower/Stages.h"
#include "lower/isa/TileProducts.h"
#include "mlir/Dialect/Transform/Transforms/Passes.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>

using namespace mlir;

namespace {

/// One step of lower/ as a pass over the module.
class StepPass : public PassWrapper<StepPass, OperationPass<ModuleOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StepPass)
  using Step = std::function<LogicalResult(ModuleOp)>;
  StepPass(StringRef argument, StringRef description, Step step)
      : argument(argument), description(description), step(std::move(step)) {}
  StringRef getArgument() const override { return argument; }
  StringRef getDescription() const override { return description; }
  void getDependentDialects(DialectRegistry &registry) const override {
    alt::registerKernelDialects(registry);
  }
  void runOnOperation() override {
    if (failed(step(getOperation())))
      signalPassFailure();
  }

private:
  StringRef argument, description;
  Step step;
};

void registerStep(StringRef argument, StringRef description, StepPass::Step step) {
  registerPass([=]() -> std::unique_ptr<Pass> {
    return std::make_unique<StepPass>(argument, description, step);
  });
}

} // namespace

int main(int argc, char **argv) {
  DialectRegistry registry;
  alt::registerKernelDialects(registry);
  registerTransformsPasses();
  transform::registerTransformPasses();
  registerStep("alt-prepare",
               "powers by multiplication, pads that only add, the kernel generalised, anchor and "
               "root marked, destination style",
               [](ModuleOp module) {
                 func::FuncOp kernel = alt::kernelFunction(module);
                 if (!kernel)
                   return LogicalResult(module.emitError("no function to prepare"));
                 alt::expandPowers(kernel);
                 alt::separateCrops(kernel);
                 alt::generalizeKernel(kernel);
                 alt::toDestinationStyle(kernel);
                 return success();
               });
  registerStep("alt-reference", "what candidates are checked against", [](ModuleOp module) {
    return LogicalResult(alt::bufferizeReference(module, "reference"));
  });
  registerStep("alt-bufferize", "tensors to memrefs, in place", alt::bufferizeKernel);
  registerStep(
      "alt-outline-stages", "one function a stage of the kernel's plan", [](ModuleOp module) {
        FailureOr<alt::KernelPlan> plan = alt::outlineStages(module, "kernel");
        if (failed(plan))
          return failure();
        module->setAttr("alt.plan", StringAttr::get(module.getContext(), alt::toJson(*plan)));
        return success();
      });
  registerStep("alt-emit-tiles", "marked ops in instructions on tile registers",
               [](ModuleOp module) { return alt::emitTileProducts(module, /*emulated=*/false); });
  registerStep("alt-emulate-tiles", "the same in calls to functions that do what they do",
               [](ModuleOp module) { return alt::emitTileProducts(module, /*emulated=*/true); });
  registerStep("alt-lower-to-llvm", "stages to the LLVM dialect", alt::lowerToLlvmDialect);
  return asMainReturnCode(MlirOptMain(argc, argv, "alt kernel driver\n", registry));
}
