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

} // namespace alt
