// The body of a linalg op on vectors.
#pragma once
#include "lower/RegisterTile.h"

namespace alt {

/// Whether every op of the body has a vector form.
bool hasVectorBody(mlir::linalg::LinalgOp);

/// Clones the op's body once, on vectors of chunk.lanes where an operand is a vector, on scalars
/// otherwise. Returns the yielded values.
llvm::SmallVector<mlir::Value> cloneBodyAsVectors(mlir::RewriterBase &, mlir::linalg::LinalgOp,
                                                  llvm::ArrayRef<mlir::Value> arguments,
                                                  llvm::ArrayRef<mlir::OpFoldResult> dims,
                                                  int vectorAxis, const Chunk &);

/// The value in all of so many lanes; a vector as it is.
mlir::Value toVector(mlir::RewriterBase &, mlir::Location, mlir::Value, int64_t lanes);

} // namespace alt
