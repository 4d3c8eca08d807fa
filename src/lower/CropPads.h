// Pads that take elements away.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace alt {

/// By a negative number of elements, all of them known.
bool hasKnownCrop(mlir::tensor::PadOp);

/// Such a pad becomes a slice of its source and a pad that only adds; one that leaves nothing of its
/// source becomes a tensor.generate of padding; one that adds nothing goes. Everything after this may take low and high of a pad
/// for counts. Must come before any canonicalisation: MLIR's sums up consecutive pads whatever their
/// signs, and a crop that is padded again is not the identity.
void separateCrops(mlir::func::FuncOp);

} // namespace alt
