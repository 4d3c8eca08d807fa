// Re-lays an operand out in panels as wide as the register tile.
#pragma once
#include "lower/InterleavedPanels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// Marks the two loop nests that fill a packed operand: whole panels, and the last, narrower one.
inline constexpr llvm::StringLiteral packWholeAttr = "alt.pack_whole";
inline constexpr llvm::StringLiteral packTailAttr = "alt.pack_tail";

/// Such a nest: a copy between tensors indexed by these maps over parallel axes.
mlir::Value markedCopy(mlir::RewriterBase &, mlir::Location, mlir::Value from, mlir::Value to,
                       mlir::AffineMap read, mlir::AffineMap write, llvm::StringRef mark);

/// Of an op that reads packed operands: how wide their panels are, 0 where it is not packed. The
/// last panel, too, is so wide in memory, with zeros at its end, and vectors of it need no mask.
inline constexpr llvm::StringLiteral panelWidthsAttr = "alt.panel_widths";
void noteWidth(mlir::RewriterBase &, mlir::linalg::LinalgOp, int64_t operand, int64_t width);

/// What transform.alt.pack_operand does (see AltTransformOps.td). All `ops` must read, as their
/// operand number `operand`, slices of one tensor that is known before the loops; fails with a
/// diagnostic otherwise.
mlir::LogicalResult packOperand(mlir::RewriterBase &, llvm::ArrayRef<mlir::linalg::LinalgOp> ops,
                                int64_t operand, int64_t tile, const Interleaving &);

} // namespace alt
