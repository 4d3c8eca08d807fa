// Convolutions as products of gathered patches.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// What transform.alt.im2col does to one convolution (see AltTransformOps.td).
mlir::LogicalResult convolveByPatches(mlir::RewriterBase &, mlir::linalg::LinalgOp convolution,
                                      int64_t lanes);

} // namespace alt
