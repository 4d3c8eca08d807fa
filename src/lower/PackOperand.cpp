#include "lower/PackOperand.h"
#include "lower/Slice.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace alt {

using namespace mlir;

Value markedCopy(RewriterBase &b, Location loc, Value from, Value to, AffineMap read,
                 AffineMap write, StringRef mark) {
  SmallVector<utils::IteratorType> parallel(read.getNumDims(), utils::IteratorType::parallel);
  auto copy = linalg::GenericOp::create(b, loc, TypeRange{to.getType()}, ValueRange{from},
                                        ValueRange{to}, ArrayRef<AffineMap>{read, write}, parallel,
                                        [](OpBuilder &builder, Location l, ValueRange args) {
                                          linalg::YieldOp::create(builder, l, args.front());
                                        });
  copy->setAttr(mark, b.getUnitAttr());
  return copy.getResult(0);
}

namespace {

/// base[..., n] -> packed[n / tile][...][n % tile], by two copies at the top of the function.
class Packer {
public:
  Packer(RewriterBase &b, Value base, int64_t tile)
      : b(b), loc(base.getLoc()), base(base), type(cast<RankedTensorType>(base.getType())),
        tile(tile), whole(type.getShape().back() / tile), rest(type.getShape().back() % tile) {}

  Value pack() {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointAfterValue(base);
    Value packed = tensor::EmptyOp::create(b, loc, panelShape(type.getShape(), tile, {}),
                                           type.getElementType());
    if (whole)
      packed = copyWhole(packed);
    if (rest)
      packed = copyRest(packed);
    return packed;
  }

private:
  Value slice(Value from, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
              RankedTensorType result) {
    SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
    return tensor::ExtractSliceOp::create(b, loc, result, from,
                                          getAsIndexOpFoldResult(b.getContext(), offsets),
                                          getAsIndexOpFoldResult(b.getContext(), sizes), strides);
  }
  Value insert(Value part, Value into, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes) {
    SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
    return tensor::InsertSliceOp::create(b, loc, part, into,
                                         getAsIndexOpFoldResult(b.getContext(), offsets),
                                         getAsIndexOpFoldResult(b.getContext(), sizes), strides);
  }
  RankedTensorType of(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, type.getElementType());
  }

  Value copyWhole(Value packed) {
    int64_t rank = type.getRank();
    SmallVector<int64_t> sizes(type.getShape()), zeros(rank, 0),
        expanded(type.getShape().drop_back());
    sizes.back() = whole * tile;
    Value part = slice(base, zeros, sizes, of(sizes));
    expanded.append({whole, tile});
    SmallVector<ReassociationIndices> groups;
    for (int64_t d = 0; d < rank; ++d)
      groups.push_back({d});
    groups.back().push_back(rank);
    Value panels = tensor::ExpandShapeOp::create(b, loc, of(expanded), part, groups);
    // Iterate as the source lies: (..., panel, lane).
    SmallVector<AffineExpr> write{b.getAffineDimExpr(rank - 1)};
    for (int64_t d = 0; d + 1 < rank; ++d)
      write.push_back(b.getAffineDimExpr(d));
    write.push_back(b.getAffineDimExpr(rank));
    SmallVector<int64_t> target{whole};
    llvm::append_range(target, type.getShape().drop_back());
    target.push_back(tile);
    SmallVector<int64_t> at(rank + 1, 0);
    Value into = slice(packed, at, target, of(target));
    Value copied = markedCopy(b, loc, panels, into, b.getMultiDimIdentityMap(rank + 1),
                              AffineMap::get(rank + 1, 0, write, b.getContext()), packWholeAttr);
    return insert(copied, packed, at, target);
  }

  /// The last panel is as wide as the others, with zeros at its end.
  Value copyRest(Value packed) {
    int64_t rank = type.getRank();
    SmallVector<int64_t> sizes(type.getShape()), from(rank, 0), at(rank + 1, 0), target{1},
        panel(type.getShape()), targetPanel{1};
    sizes.back() = rest;
    panel.back() = tile;
    from.back() = whole * tile;
    at.front() = whole;
    llvm::append_range(target, sizes);
    llvm::append_range(targetPanel, panel);
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type.getElementType()));
    Value last = slice(packed, at, targetPanel, of(panel)); // rank-reduced: the panel axis is one
    auto fill = linalg::FillOp::create(b, loc, zero, last);
    fill->setAttr(packTailAttr, b.getUnitAttr());
    packed = insert(fill.getResult(0), packed, at, targetPanel);
    Value part = slice(base, from, sizes, of(sizes));
    Value into = slice(packed, at, target, of(sizes));
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    return insert(markedCopy(b, loc, part, into, identity, identity, packTailAttr), packed, at,
                  target);
  }

  RewriterBase &b;
  Location loc;
  Value base;
  RankedTensorType type;
  int64_t tile, whole, rest;
};

} // namespace

/// The op reads the operand from a panel of interleaved steps.
static void readInterleaved(RewriterBase &b, linalg::GenericOp op, int64_t operand,
                            const Interleaving &by) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<AffineExpr> at(maps[operand].getResults());
  AffineExpr &step = at[by.dimension], &lane = at.back();
  lane = lane * by.steps + step % by.steps;
  step = step.floorDiv(by.steps);
  maps[operand] = AffineMap::get(maps[operand].getNumDims(), 0, at, b.getContext());
  op.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
  op->setAttr(interleavedAttr, b.getI64IntegerAttr(by.steps));
}

void noteWidth(RewriterBase &b, linalg::LinalgOp op, int64_t operand, int64_t width) {
  SmallVector<int64_t> widths(op->getNumOperands(), 0);
  if (auto known = op->getAttrOfType<DenseI64ArrayAttr>(panelWidthsAttr))
    widths.assign(known.asArrayRef().begin(), known.asArrayRef().end());
  widths[operand] = width;
  op->setAttr(panelWidthsAttr, b.getDenseI64ArrayAttr(widths));
}

LogicalResult packOperand(RewriterBase &b, ArrayRef<linalg::LinalgOp> ops, int64_t operand,
                          int64_t tile, const Interleaving &by) {
  Value base, packed;
  for (linalg::LinalgOp op : ops) {
    b.setInsertionPoint(op);
    OpOperand &use = op->getOpOperand(operand);
    auto type = cast<RankedTensorType>(use.get().getType());
    FailureOr<FlatSlice> slice = followFlatSlices(b, use.get());
    auto generic = dyn_cast<linalg::GenericOp>(*op);
    if (failed(slice) || (base && slice->base != base) || type.getShape().back() > tile ||
        (by.steps > 1 && !generic))
      return op.emitError("operand ") << operand << " is no slice that can be packed";
    if (!packed) {
      base = slice->base;
      Value flat = whole(b, *slice);
      packed = by.steps > 1 ? packInterleaved(b, flat, tile, by) : Packer(b, flat, tile).pack();
      b.setInsertionPoint(op);
    }
    // A slice lies within one panel: it starts at a multiple of the tile, and of the steps (the
    // space and the script see to it).
    auto divided = [&](OpFoldResult offset, int64_t divisor) {
      return affine::makeComposedFoldedAffineApply(
          b, op.getLoc(), b.getAffineDimExpr(0).floorDiv(divisor), {offset});
    };
    SmallVector<OpFoldResult> offsets{divided(slice->offsets.back(), tile)};
    offsets.append(slice->offsets.begin(), slice->offsets.end() - 1);
    offsets.push_back(b.getIndexAttr(0));
    SmallVector<int64_t> shape(type.getShape());
    if (by.steps > 1) {
      offsets[by.dimension + 1] = divided(offsets[by.dimension + 1], by.steps);
      shape[by.dimension] = llvm::divideCeil(shape[by.dimension], by.steps);
      shape.back() *= by.steps;
    }
    SmallVector<OpFoldResult> sizes{b.getIndexAttr(1)}, strides(offsets.size(), b.getIndexAttr(1));
    for (int64_t size : shape)
      sizes.push_back(b.getIndexAttr(size));
    Value panel = tensor::ExtractSliceOp::create(b, op.getLoc(), type.clone(shape), packed, offsets,
                                                 sizes, strides);
    b.modifyOpInPlace(op, [&] {
      use.set(panel);
      if (by.steps > 1)
        readInterleaved(b, generic, operand, by);
      else
        noteWidth(b, op, operand, tile);
    });
  }
  return success();
}

} // namespace alt
