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

/// A slice of a tensor, or of the tensor with its dimensions before the last collapsed: tiling draws
/// slices through the collapse, so that each op has one of its own.
struct FlatSlice {
  mlir::Value base;
  llvm::SmallVector<mlir::ReassociationIndices> collapsed; ///< empty: not at all
  llvm::SmallVector<mlir::OpFoldResult> offsets;
};
mlir::FailureOr<FlatSlice> followFlatSlices(mlir::OpBuilder &, mlir::Value);

/// All that the slice is one of, right behind where its base is defined.
mlir::Value whole(mlir::OpBuilder &, const FlatSlice &);

} // namespace alt
