#include "lower/PaddedSlice.h"
#include "lower/Prepare.h"
#include "lower/Slice.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

namespace alt {

using namespace mlir;

static FailureOr<int64_t> bound(OpFoldResult value, presburger::BoundType type) {
  return ValueBoundsConstraintSet::computeConstantBound(
      type, ValueBoundsConstraintSet::Variable(value), nullptr, /*closedUB=*/true);
}

/// A loop of one iteration (the only unit along an axis) leaves a place that is a constant after all.
static OpFoldResult asConstant(OpBuilder &b, OpFoldResult value) {
  if (isa<Attribute>(value))
    return value;
  FailureOr<int64_t> low = bound(value, presburger::BoundType::LB),
                     high = bound(value, presburger::BoundType::UB);
  return succeeded(low) && succeeded(high) && *low == *high ? b.getIndexAttr(*low) : value;
}

std::optional<PaddedSlice> findPaddedSlice(OpBuilder &b, Value operand) {
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  if (!type)
    return std::nullopt;
  Slice slice = followSlices(b, operand);
  auto insert = slice.base.getDefiningOp<tensor::InsertSliceOp>();
  if (!insert || insert.getSourceType().getRank() != type.getRank())
    return std::nullopt;
  // The copy into the middle may have been folded away; either way the fill tells the padding.
  auto fill = insert.getDest().getDefiningOp<linalg::GenericOp>();
  if (!fill || !fill->hasAttr(sideAttr) || fill.getNumDpsInputs() != 1)
    return std::nullopt;
  auto constant = fill.getDpsInputs()[0].getDefiningOp<arith::ConstantOp>();
  if (!constant)
    return std::nullopt;
  PaddedSlice padded;
  padded.source = insert.getSource();
  if (auto copy = padded.source.getDefiningOp<linalg::GenericOp>(); copy && copy->hasAttr(sideAttr))
    padded.source = copy.getDpsInputs()[0];
  padded.value = constant.getValue();
  auto sourceType = cast<RankedTensorType>(padded.source.getType());
  auto wholeType = cast<RankedTensorType>(insert.getType());
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t low = insert.getStaticOffsets()[d];
    padded.offset.push_back(asConstant(
        b, affine::makeComposedFoldedAffineApply(b, operand.getLoc(), b.getAffineDimExpr(0) - low,
                                                 {slice.offsets[d]})));
    padded.padded.push_back(sourceType.getDimSize(d) != wholeType.getDimSize(d));
  }
  return padded;
}

namespace {

/// acc + a * b with zeros for a, or combine(acc, a) with the neutral element for a.
bool isNeutral(linalg::LinalgOp op, OpOperand &operand, Attribute value) {
  Block &body = *op.getBlock();
  Value element = body.getArgument(operand.getOperandNumber());
  Value accumulator = op.getRegionOutputArgs().front();
  Operation *last = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!last || op.getNumDpsInits() != 1 || !llvm::is_contained(last->getOperands(), accumulator))
    return false;
  if (llvm::is_contained(last->getOperands(), element)) {
    std::optional<TypedAttr> neutral = arith::getNeutralElement(last);
    return neutral && Attribute(*neutral) == value;
  }
  auto zero = dyn_cast<FloatAttr>(value);
  if (!isa<arith::AddFOp>(last) || !zero || !zero.getValue().isZero())
    return false;
  for (Value term : last->getOperands())
    if (auto product = term.getDefiningOp<arith::MulFOp>())
      return llvm::is_contained(product->getOperands(), element);
  return false;
}

} // namespace

std::optional<SmallVector<TapBounds>> planTaps(RewriterBase &b, linalg::LinalgOp op,
                                               OpOperand &operand, const PaddedSlice &padded,
                                               ArrayRef<int64_t> unroll, int vectorAxis) {
  if (!isNeutral(op, operand, padded.value))
    return std::nullopt;
  Location loc = op.getLoc();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto sliceType = cast<RankedTensorType>(operand.get().getType());
  auto sourceType = cast<RankedTensorType>(padded.source.getType());
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<TapBounds> bounds;
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    if (!padded.padded[d])
      continue;
    int64_t size = sliceType.getDimSize(d), extent = sourceType.getDimSize(d);
    OpFoldResult offset = padded.offset[d];
    FailureOr<int64_t> low = bound(offset, presburger::BoundType::LB),
                       high = bound(offset, presburger::BoundType::UB);
    if (succeeded(low) && succeeded(high) && *low >= 0 && *high + size <= extent)
      continue; // inside
    if (vectorAxis >= 0 && expr.isFunctionOfDim(vectorAxis))
      return std::nullopt;
    int window = -1;
    bool oneOutput = true, unrolled = true;
    for (unsigned axis = 0; axis < extents.size(); ++axis) {
      if (!expr.isFunctionOfDim(axis))
        continue;
      if (op.getIteratorTypesArray()[axis] == utils::IteratorType::reduction) {
        if (window >= 0)
          return std::nullopt;
        window = static_cast<int>(axis);
        unrolled &= unroll[axis] >= extents[axis];
      } else {
        oneOutput &= extents[axis] == 1;
      }
    }
    if (isa<Attribute>(offset) && unrolled)
      continue; // known tap by tap
    if (window < 0 || !oneOutput)
      return std::nullopt;
    // offset + dilation * k in [0, extent): the window's loop runs over the k that satisfy it.
    MLIRContext *context = b.getContext();
    SmallVector<AffineExpr> one(extents.size(), getAffineConstantExpr(0, context));
    one[window] = getAffineConstantExpr(1, context);
    auto dilation = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(expr.replaceDims(one), 0, 0));
    if (!dilation || dilation.getValue() < 1)
      return std::nullopt;
    int64_t step = dilation.getValue();
    AffineExpr at = b.getAffineDimExpr(0), zero = getAffineConstantExpr(0, context),
               all = getAffineConstantExpr(extents[window], context);
    OpFoldResult lower = affine::makeComposedFoldedAffineMax(
        b, loc, AffineMap::get(1, 0, {zero, (-at).ceilDiv(step)}, context), {offset});
    OpFoldResult upper = affine::makeComposedFoldedAffineMin(
        b, loc, AffineMap::get(1, 0, {all, (-at + extent - 1).floorDiv(step) + 1}, context), {offset});
    bounds.push_back({static_cast<unsigned>(window), getValueOrCreateConstantIndexOp(b, loc, lower),
                      getValueOrCreateConstantIndexOp(b, loc, upper)});
  }
  return bounds;
}

} // namespace alt
