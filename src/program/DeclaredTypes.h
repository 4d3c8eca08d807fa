// The types of a program's inputs and outputs that MLIR has no name for.
#pragma once
#include "alt/Result.h"
#include "alt/tensor/ElementType.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// Reads `alt.type = "u8"` on arguments and results. An argument's elements must be integers of as
/// many bits; a result's may be wider, and are then cut off at the end of the function.
Result<void> applyDeclaredTypes(mlir::func::FuncOp);
/// As declared, or else as MLIR has it.
ElementType argumentType(mlir::func::FuncOp, unsigned index);
ElementType resultType(mlir::func::FuncOp, unsigned index);

} // namespace alt
