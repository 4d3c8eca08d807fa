// Transposes on their way down.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// Moves sinking transposes down (Transposes.h) until they cancel others or meet the ends of the
/// model.
void moveTransposes(mlir::func::FuncOp);

} // namespace alt
