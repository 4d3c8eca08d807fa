// A kernel that writes its results where the caller wants them.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// tensor arguments and results -> memref arguments (results last), written in place. The function
/// body stays on tensors.
void toDestinationStyle(mlir::func::FuncOp);

} // namespace alt
