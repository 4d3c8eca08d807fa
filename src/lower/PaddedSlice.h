// Reading through a padding instead of from a padded copy. Used by VectorizeTile only.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>

namespace alt {

/// An operand that is a slice of a padded tensor (fill, then `source` copied into the middle). Element
/// i of the slice is element offset[d] + i[d] of `source`, or padding where that lies outside.
struct PaddedSlice {
  mlir::Value source;
  llvm::SmallVector<mlir::OpFoldResult> offset;
  llvm::SmallVector<bool> padded; ///< per dimension: elements may lie outside
  mlir::Attribute value;          ///< the padding
};

/// Looks through slices for what materializePad made.
std::optional<PaddedSlice> findPaddedSlice(mlir::OpBuilder &, mlir::Value operand);

/// How one op may read a padded operand: which window axes run over fewer taps at which bounds.
struct TapBounds {
  unsigned axis; ///< a reduction axis of the op
  mlir::Value lower, upper;
};

/// Decides, dimension by dimension: always inside; known tap by tap (static offset and unrolled
/// window); bounds for the window's loop (one output at a time). nullopt: none of these, or the
/// padding is not neutral for the op, so the padded copy must be read.
std::optional<llvm::SmallVector<TapBounds>>
planTaps(mlir::RewriterBase &, mlir::linalg::LinalgOp, mlir::OpOperand &, const PaddedSlice &,
         llvm::ArrayRef<int64_t> unroll, int vectorAxis);

} // namespace alt
