#include "lower/TransposeOperand.h"
#include "lower/PackOperand.h"
#include "lower/Slice.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace alt {

using namespace mlir;

/// The list with the element at `dimension` last.
template <class List> static List turned(List list, int64_t dimension) {
  std::rotate(list.begin() + dimension, list.begin() + dimension + 1, list.end());
  return list;
}

/// A copy of `base` with that dimension last, by a loop nest that goes as the source lies.
static Value copyTransposed(RewriterBase &b, Value base, int64_t dimension) {
  auto type = cast<RankedTensorType>(base.getType());
  Location loc = base.getLoc();
  AffineMap read = b.getMultiDimIdentityMap(type.getRank());
  AffineMap write =
      AffineMap::get(type.getRank(), 0,
                     turned(SmallVector<AffineExpr>(read.getResults()), dimension), b.getContext());
  Value into = tensor::EmptyOp::create(
      b, loc, turned(SmallVector<int64_t>(type.getShape()), dimension), type.getElementType());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  auto copy =
      linalg::GenericOp::create(b, loc, TypeRange{into.getType()}, ValueRange{base},
                                ValueRange{into}, ArrayRef<AffineMap>{read, write}, parallel,
                                [](OpBuilder &builder, Location l, ValueRange args) {
                                  linalg::YieldOp::create(builder, l, args.front());
                                });
  copy->setAttr(packWholeAttr, b.getUnitAttr());
  return copy.getResult(0);
}

LogicalResult transposeOperand(RewriterBase &b, ArrayRef<linalg::LinalgOp> ops, int64_t operand,
                               int64_t dimension) {
  Value base, copy;
  for (linalg::LinalgOp op : ops) {
    b.setInsertionPoint(op);
    OpOperand &use = op->getOpOperand(operand);
    auto generic = dyn_cast<linalg::GenericOp>(*op);
    FailureOr<FlatSlice> slice = followFlatSlices(b, use.get());
    if (failed(slice) || (base && slice->base != base) || !generic)
      return op.emitError("operand ") << operand << " is no slice that can be transposed";
    if (!copy) {
      base = slice->base;
      copy = copyTransposed(b, whole(b, *slice), dimension);
    }
    b.setInsertionPoint(op);
    auto type = cast<RankedTensorType>(use.get().getType());
    SmallVector<int64_t> shape = turned(SmallVector<int64_t>(type.getShape()), dimension);
    SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(b.getContext(), shape),
                              strides(shape.size(), b.getIndexAttr(1));
    Value part = tensor::ExtractSliceOp::create(b, op.getLoc(), type.clone(shape), copy,
                                                turned(slice->offsets, dimension), sizes, strides);
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    AffineMap &map = maps[operand];
    map = AffineMap::get(map.getNumDims(), 0,
                         turned(SmallVector<AffineExpr>(map.getResults()), dimension),
                         b.getContext());
    b.modifyOpInPlace(op, [&] {
      use.set(part);
      generic.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
    });
  }
  return success();
}

} // namespace alt
