#include "lower/TransposeOperand.h"
#include "lower/PackOperand.h"
#include "lower/Slice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

namespace alt {

using namespace mlir;

/// The list with the element at `dimension` last.
template <class List> static List turned(List list, int64_t dimension) {
  std::rotate(list.begin() + dimension, list.begin() + dimension + 1, list.end());
  return list;
}

int64_t transposedRow(int64_t elements, Type element) {
  int64_t line = 512 / std::max(8u, element.getIntOrFloatBitWidth());
  return (llvm::divideCeil(elements, line) | 1) * line;
}

namespace {

/// base -> a copy with that dimension last, zeros after each row.
class Transposer {
public:
  Transposer(RewriterBase &b, Value base, int64_t dimension)
      : b(b), loc(base.getLoc()), base(base), type(cast<RankedTensorType>(base.getType())),
        dimension(dimension), shape(turned(SmallVector<int64_t>(type.getShape()), dimension)) {}

  Value copy() {
    SmallVector<int64_t> padded = shape;
    padded.back() = transposedRow(shape.back(), type.getElementType());
    Value rows = tensor::EmptyOp::create(b, loc, padded, type.getElementType());
    SmallVector<int64_t> rest = shape;
    rest.back() = padded.back() - shape.back();
    if (rest.back())
      rows = write(rows, shape.back(), rest, [&](Value part) {
        Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type.getElementType()));
        auto fill = linalg::FillOp::create(b, loc, zero, part);
        fill->setAttr(packTailAttr, b.getUnitAttr());
        return fill.getResult(0);
      });
    return write(rows, 0, shape, [&](Value part) { return copyInto(part); });
  }

private:
  /// `rows` with what `make` makes of that part of each.
  template <class Make> Value write(Value rows, int64_t from, ArrayRef<int64_t> sizes, Make make) {
    SmallVector<int64_t> at(sizes.size(), 0);
    at.back() = from;
    SmallVector<OpFoldResult> offsets = getAsIndexOpFoldResult(b.getContext(), at),
                              extents = getAsIndexOpFoldResult(b.getContext(), sizes),
                              strides(sizes.size(), b.getIndexAttr(1));
    Value part =
        tensor::ExtractSliceOp::create(b, loc, type.clone(sizes), rows, offsets, extents, strides);
    return tensor::InsertSliceOp::create(b, loc, make(part), rows, offsets, extents, strides);
  }

  /// By a loop nest that goes as the source lies.
  Value copyInto(Value into) {
    AffineMap read = b.getMultiDimIdentityMap(type.getRank());
    AffineMap write = AffineMap::get(type.getRank(), 0,
                                     turned(SmallVector<AffineExpr>(read.getResults()), dimension),
                                     b.getContext());
    return markedCopy(b, loc, base, into, read, write, packWholeAttr);
  }

  RewriterBase &b;
  Location loc;
  Value base;
  RankedTensorType type;
  int64_t dimension;
  SmallVector<int64_t> shape;
};

} // namespace

LogicalResult transposeOperand(RewriterBase &b, ArrayRef<linalg::LinalgOp> ops, int64_t operand,
                               int64_t dimension) {
  Value base, copy;
  int64_t extent = 0;
  for (linalg::LinalgOp op : ops) {
    b.setInsertionPoint(op);
    OpOperand &use = op->getOpOperand(operand);
    auto generic = dyn_cast<linalg::GenericOp>(*op);
    FailureOr<FlatSlice> slice = followFlatSlices(b, use.get());
    if (failed(slice) || (base && slice->base != base) || !generic)
      return op.emitError("operand ") << operand << " is no slice that can be transposed";
    if (!copy) {
      base = slice->base;
      Value flat = whole(b, *slice);
      extent = cast<RankedTensorType>(flat.getType()).getDimSize(dimension);
      copy = Transposer(b, flat, dimension).copy();
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
      if (shape.back() == extent) // no block of it, which others follow
        noteWidth(b, op, operand, cast<RankedTensorType>(copy.getType()).getShape().back());
    });
  }
  return success();
}

} // namespace alt
