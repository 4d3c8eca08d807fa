// Convolutions as products of gathered patches.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// What transform.alt.im2col does to a convolution, or to the parts of one (see AltTransformOps.td).
mlir::LogicalResult convolveByPatches(mlir::RewriterBase &,
                                      llvm::ArrayRef<mlir::linalg::LinalgOp> parts, int64_t lanes);

} // namespace alt
