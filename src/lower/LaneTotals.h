// Totals of the lanes of several vectors at once: a tree of shuffles takes three instructions a
// total, where the lanes of each by itself would be added one after the other.
#pragma once
#include "lower/RegisterTile.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace alt {

/// A vector whose lane i has the lanes of vectors[i] combined. It has the next power of two of
/// lanes, those beyond hold anything. At most as many vectors as they have lanes, which is a power
/// of two.
mlir::Value laneTotals(mlir::OpBuilder &, mlir::Location, mlir::vector::CombiningKind,
                       llvm::ArrayRef<mlir::Value> vectors);

/// The chunk's lanes of the vector, from number `at` on.
mlir::Value lanesFrom(mlir::OpBuilder &, mlir::Location, mlir::Value vector, int64_t at,
                      const Chunk &);

} // namespace alt
