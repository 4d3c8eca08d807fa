// Channels last: convolutions and pooling vectorise over channels, so these should lie together.
#pragma once
#include "alt/Result.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// Rewrites convolutions and pooling from channels first to channels last, and moves the transposes
/// that this takes until they cancel each other or meet the ends of the model. Weights' transposes
/// are left for foldWeights.
void toChannelsLast(mlir::func::FuncOp);

} // namespace alt
