// Between reading and cutting: the same function in fewer and plainer operations.
#pragma once
#include "alt/Result.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "program/Weights.h"

namespace alt {

/// The weight that a function argument stands for.
inline constexpr llvm::StringLiteral weightAttribute = "alt.weight";
std::optional<size_t> weightOf(mlir::Value);

/// All loops parallel, and its body reads its inputs only: may follow any other op element by
/// element.
bool isPointwise(mlir::linalg::LinalgOp);

/// Reads the arguments' attributes (alt.offset, alt.splat, alt.constant) into `weights`.
Result<void> takeWeights(mlir::func::FuncOp, Weights &);
/// Non-splat tensor constants become weights; with `all`, every tensor constant does.
void constantsToWeights(mlir::func::FuncOp, Weights &, bool all);
/// Transposed and reshaped weights become weights of their own.
Result<void> foldWeights(mlir::func::FuncOp, Weights &);
void dropUnusedWeights(mlir::func::FuncOp);

/// A batch of products by one matrix becomes one product.
void flattenBatches(mlir::func::FuncOp);
/// Named elementwise ops and broadcasts become generics; softmax is taken apart.
Result<void> generalize(mlir::func::FuncOp);
/// Transposes, too: apart, because the layout is chosen between.
void generalizeTransposes(mlir::func::FuncOp);
/// A sum that starts from a bias starts from zero, and the bias is added after: an epilogue.
void separateBias(mlir::func::FuncOp);
/// Reductions that keep reduced dimensions as ones write without them; a reshape follows, which
/// costs nothing. Their vectors then run along the last dimension of what they write.
Result<void> dropKeptDims(mlir::func::FuncOp);
/// Neighbouring elementwise ops become one; reshapes sink below them.
Result<void> fuseElementwise(mlir::func::FuncOp);
Result<void> canonicalize(mlir::func::FuncOp);

} // namespace alt
