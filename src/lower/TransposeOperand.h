// Re-lays an operand out so that vectors can run along another of its dimensions.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// What transform.alt.transpose_operand does (see AltTransformOps.td). All `ops` must be generics
/// that read, as their operand number `operand`, slices of one tensor that is known before the
/// loops; fails with a diagnostic otherwise.
mlir::LogicalResult transposeOperand(mlir::RewriterBase &,
                                     llvm::ArrayRef<mlir::linalg::LinalgOp> ops, int64_t operand,
                                     int64_t dimension);

/// The elements from one row of such a copy to the next: rows begin with lines of the cache, an odd
/// number apart, as those of a power of two would crowd in one set.
int64_t transposedRow(int64_t elements, mlir::Type);

} // namespace alt
