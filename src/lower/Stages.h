// Cuts a bufferised kernel into the stages of its KernelPlan.
#pragma once
#include "alt/KernelPlan.h"
#include "mlir/IR/BuiltinOps.h"

namespace alt {

/// Replaces the module's kernel function (memref arguments, results last) by one function a stage,
/// <prefix>_s0, <prefix>_s1, ...: each takes the buffers it touches, then begin and end.
/// A top-level scf.forall is a stage whose units are its iterations (linearised, last axis
/// fastest); foralls in a row that are mapped to processors are one such stage together. What stands
/// between two stages of that kind is one of one unit. Top-level allocations become
/// scratch buffers, those inside a parallel loop stack buffers. Runs that only read constant
/// arguments and write scratch become ahead stages. Fails with a diagnostic when a buffer's size is
/// not static, or a private one would not fit a stack.
mlir::FailureOr<KernelPlan> outlineStages(mlir::ModuleOp, const std::string &prefix);

} // namespace alt
