// Pads as loop nests.
#pragma once
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// pad(x) -> the padding value everywhere, then x copied into the middle: two plain loop nests,
/// each given to `mark`. Fails for a pad of dynamic shape or padding.
mlir::LogicalResult materializePad(mlir::RewriterBase &, mlir::tensor::PadOp,
                                   llvm::function_ref<void(mlir::Operation *)> mark);

} // namespace alt
