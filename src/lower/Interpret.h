// A transform script run on a kernel.
#pragma once
#include "mlir/IR/BuiltinOps.h"

namespace alt {

/// Runs the script's @__transform_main on the kernel's module. A failure has a diagnostic.
mlir::LogicalResult interpret(mlir::ModuleOp script, mlir::ModuleOp kernel);

/// The first structured.match of the script (at the top of @__transform_main) that finds nothing in
/// the kernel, which this call changes; null when each finds something or the script fails
/// otherwise.
mlir::Operation *findUnmatched(mlir::ModuleOp script, mlir::ModuleOp kernel);

} // namespace alt
