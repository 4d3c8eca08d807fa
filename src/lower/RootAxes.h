// How the loops of the op that ends a kernel, and of all that is fused with it, run with those of
// its anchor.
#pragma once
#include "alt/Workload.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <vector>

namespace alt {

/// For every axis of the anchor the root's axis that runs with it (-1 for reductions), by following
/// the epilogue from the root to the anchor. Empty when that way is not a plain one.
std::vector<int> rootAxes(mlir::linalg::LinalgOp root, mlir::linalg::LinalgOp anchor);

/// The results of the root and of all that is fused with it, but for the anchor's own: the kinds
/// that there are, in a generalised kernel. `rootAxes` as above.
std::vector<FusedResult> fusedResults(mlir::linalg::LinalgOp root, mlir::linalg::LinalgOp anchor,
                                      llvm::ArrayRef<int> rootAxes);

/// The dimension of op's output that its loop runs along; -1: none.
int outputDimension(mlir::linalg::LinalgOp, int axis);

/// The loop along the innermost dimension of op's output that is longer than 1; -1: none.
int innermostOfOutput(mlir::linalg::LinalgOp);

} // namespace alt
