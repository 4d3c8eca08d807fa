// The function cut into groups of operations, each to become one kernel.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <vector>

namespace alt {

struct Group {
  std::vector<mlir::Operation *> ops; ///< in order; the last one's results leave the group
  /// Whose loop nest is tuned. Null when there is none: a concatenation, a gather, a loop.
  mlir::linalg::LinalgOp anchor;
  unsigned pads = 0;
  mlir::Operation *last() const { return ops.back(); }
};

/// Cheap enough to be repeated in each kernel that needs it: constants, fills, scalars.
bool isRepeated(mlir::Operation *);
/// Moves no data: its result is its operand's storage, from byte `aliasOffset` on.
bool isAlias(mlir::Operation *);
int64_t aliasOffset(mlir::Operation *);

/// Groups in an order in which they can run.
std::vector<Group> cut(mlir::func::FuncOp);

} // namespace alt
