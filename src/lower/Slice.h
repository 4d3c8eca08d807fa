// The tensor that a chain of slices cuts its piece from.
#pragma once
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

namespace alt {

/// Where a slice starts in the tensor at the end of its chain of slices.
struct Slice {
  mlir::Value base;
  llvm::SmallVector<mlir::OpFoldResult> offsets;
};

/// Follows extract_slices of unit stride that drop no dimension; a tensor that is no slice starts
/// at 0 of itself.
Slice followSlices(mlir::OpBuilder &, mlir::Value);

} // namespace alt
