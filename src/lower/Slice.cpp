#include "lower/Slice.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"

namespace alt {

using namespace mlir;

Slice followSlices(OpBuilder &b, Value value) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  Slice slice{value, SmallVector<OpFoldResult>(rank, b.getIndexAttr(0))};
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  while (auto cut = slice.base.getDefiningOp<tensor::ExtractSliceOp>()) {
    if (cut.getSourceType().getRank() != rank || !cut.hasUnitStride())
      break;
    for (auto [d, offset] : llvm::enumerate(cut.getMixedOffsets()))
      slice.offsets[d] = affine::makeComposedFoldedAffineApply(b, value.getLoc(), d0 + d1,
                                                               {slice.offsets[d], offset});
    slice.base = cut.getSource();
  }
  return slice;
}

FailureOr<FlatSlice> followFlatSlices(OpBuilder &b, Value value) {
  Slice slice = followSlices(b, value);
  FlatSlice found{slice.base, {}, slice.offsets};
  if (auto collapse = slice.base.getDefiningOp<tensor::CollapseShapeOp>()) {
    Slice below = followSlices(b, collapse.getSrc());
    auto part = collapse.getSrcType().getShape().drop_back(),
         whole = cast<RankedTensorType>(below.base.getType()).getShape().drop_back();
    if (part == whole && collapse.getReassociationIndices().back().size() == 1) {
      found.base = below.base;
      found.collapsed = collapse.getReassociationIndices();
      found.offsets.back() = affine::makeComposedFoldedAffineApply(
          b, value.getLoc(), b.getAffineDimExpr(0) + b.getAffineDimExpr(1),
          {found.offsets.back(), below.offsets.back()});
    }
  }
  if (isa_and_nonnull<tensor::ExtractSliceOp>(found.base.getDefiningOp()))
    return failure();
  return found;
}

Value whole(OpBuilder &b, const FlatSlice &slice) {
  b.setInsertionPointAfterValue(slice.base);
  if (slice.collapsed.empty())
    return slice.base;
  return tensor::CollapseShapeOp::create(b, slice.base.getLoc(), slice.base, slice.collapsed);
}

} // namespace alt
