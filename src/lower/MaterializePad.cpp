#include "lower/MaterializePad.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace alt {

using namespace mlir;

LogicalResult materializePad(RewriterBase &rewriter, tensor::PadOp pad,
                             llvm::function_ref<void(Operation *)> mark) {
  Value value = pad.getConstantPaddingValue();
  RankedTensorType type = pad.getResultType();
  if (!value || !type.hasStaticShape())
    return failure();
  Location loc = pad.getLoc();
  rewriter.setInsertionPoint(pad);
  if (value.getParentBlock() == &pad.getRegion().front()) // goes with the pad
    value = rewriter.clone(*value.getDefiningOp())->getResult(0);
  unsigned rank = type.getRank();
  AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> parallel(rank, utils::IteratorType::parallel);
  auto yieldInput = [](OpBuilder &b, Location l, ValueRange arguments) {
    linalg::YieldOp::create(b, l, arguments.front());
  };
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  auto fill = linalg::GenericOp::create(
      rewriter, loc, TypeRange{type}, ValueRange{value}, ValueRange{empty},
      ArrayRef<AffineMap>{AffineMap::get(rank, 0, rewriter.getContext()), identity}, parallel,
      yieldInput);
  mark(fill);
  SmallVector<OpFoldResult> offsets = pad.getMixedLowPad(), strides(rank, rewriter.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  for (int64_t extent : pad.getSourceType().getShape())
    sizes.push_back(rewriter.getIndexAttr(extent));
  Value middle = tensor::ExtractSliceOp::create(rewriter, loc, pad.getSourceType(),
                                                fill.getResult(0), offsets, sizes, strides);
  // As in appendIdentity: seen as a copy it would be taken out, and done element by element.
  AffineMap none = AffineMap::get(rank, 0, rewriter.getContext());
  auto copy = linalg::GenericOp::create(
      rewriter, loc, TypeRange{pad.getSourceType()}, ValueRange{pad.getSource(), value},
      ValueRange{middle}, ArrayRef<AffineMap>{identity, none, identity}, parallel, yieldInput);
  mark(copy);
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(pad, copy.getResult(0), fill.getResult(0),
                                                     offsets, sizes, strides);
  return success();
}

} // namespace alt
