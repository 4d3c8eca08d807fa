#include "lower/TilePlan.h"
#include "lower/VectorBody.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

namespace alt {

using namespace mlir;

std::optional<vector::CombiningKind> combiningKind(Operation *combiner) {
  using Kind = vector::CombiningKind;
  return llvm::TypeSwitch<Operation *, std::optional<Kind>>(combiner)
      .Case<arith::AddFOp, arith::AddIOp>([](auto) { return Kind::ADD; })
      .Case<arith::MulFOp, arith::MulIOp>([](auto) { return Kind::MUL; })
      .Case([](arith::MaximumFOp) { return Kind::MAXIMUMF; })
      .Case([](arith::MinimumFOp) { return Kind::MINIMUMF; })
      .Case([](arith::MaxNumFOp) { return Kind::MAXNUMF; })
      .Case([](arith::MinNumFOp) { return Kind::MINNUMF; })
      .Default([](Operation *) { return std::nullopt; });
}

/// The single combiner of the op's one result (add of a dot product, max of a pooling), or null.
Operation *findCombiner(linalg::LinalgOp op) {
  SmallVector<Operation *, 4> combiners;
  if (op.getNumDpsInits() != 1 || !matchReduction(op.getRegionOutputArgs(), 0, combiners) ||
      combiners.size() != 1 || !combiningKind(combiners.front()) ||
      !arith::getNeutralElement(combiners.front()))
    return nullptr;
  return combiners.front();
}

bool addsNothing(linalg::LinalgOp op, llvm::function_ref<bool(OpOperand &)> isZero) {
  Operation *sum = findCombiner(op);
  if (!isa<arith::AddFOp, arith::AddIOp>(sum))
    return false;
  auto isZeroInput = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getArgNumber() < op.getNumDpsInputs() &&
           isZero(op->getOpOperand(argument.getArgNumber()));
  };
  return llvm::any_of(sum->getOperands(), [&](Value term) {
    Operation *product = term.getDefiningOp();
    return isZeroInput(term) || (product && isa<arith::MulFOp, arith::MulIOp>(product) &&
                                 llvm::all_of(product->getOperands(), isZeroInput));
  });
}

std::optional<TilePlan> TilePlan::of(linalg::LinalgOp op, const VectorizeOptions &options) {
  if (llvm::any_of(op.getStaticLoopRanges(), ShapedType::isDynamic) ||
      !op.hasPureTensorSemantics() || !hasVectorBody(op))
    return std::nullopt;
  for (AffineMap map : op.getIndexingMapsArray())
    if (map.getNumSymbols())
      return std::nullopt;
  return TilePlan(op, options);
}

TilePlan::TilePlan(linalg::LinalgOp op, const VectorizeOptions &options)
    : extents(op.getStaticLoopRanges()), op(op) {
  collectReductions();
  chooseVectorAxis();
  cutChunks(options.lanes);
  collectPoints();
  chooseInstruction(options.dotProducts);
}

bool TilePlan::isReduction(unsigned axis) {
  return op.getIteratorTypesArray()[axis] == utils::IteratorType::reduction;
}

void TilePlan::collectReductions() {
  SmallVector<unsigned> axes;
  op.getReductionDims(axes);
  if (auto order = op->getAttrOfType<DenseI64ArrayAttr>("alt.reduction_order")) {
    SmallVector<unsigned> ordered;
    for (int64_t position : order.asArrayRef())
      ordered.push_back(axes[position]);
    reductions = ordered;
  } else {
    reductions.assign(axes.begin(), axes.end());
  }
  unroll.assign(extents.size(), 1);
  if (auto attr = op->getAttrOfType<DenseI64ArrayAttr>("alt.unroll"))
    for (auto [axis, factor] : llvm::zip(axes, attr.asArrayRef()))
      unroll[axis] = std::max<int64_t>(1, factor);
}

/// The axis asked for; else the one that runs along the output's last dimension; else (full
/// reductions) the one along the first input's.
void TilePlan::chooseVectorAxis() {
  if (auto attr = op->getAttrOfType<IntegerAttr>("alt.vector"))
    vectorAxis = static_cast<int>(attr.getInt());
  else
    vectorAxis = innermostAxis();
  if (vectorAxis >= 0 && isReduction(vectorAxis) && !findCombiner(op))
    vectorAxis = -1;
}

int TilePlan::innermostAxis() {
  auto lastAxis = [&](OpOperand &operand) -> int {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (int i = static_cast<int>(map.getNumResults()) - 1; i >= 0; --i)
      if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(i)))
        if (extents[dim.getPosition()] > 1)
          return static_cast<int>(dim.getPosition());
    return -1;
  };
  int axis = lastAxis(*op.getDpsInitOperand(0));
  for (OpOperand *input : op.getDpsInputOperands())
    if (axis < 0)
      axis = lastAxis(*input);
  return axis;
}

int TilePlan::alongResult() {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto last = map.getNumResults() ? dyn_cast<AffineDimExpr>(map.getResults().back()) : nullptr;
  return last && extents[last.getPosition()] > 1 ? static_cast<int>(last.getPosition()) : -1;
}

void TilePlan::cutChunks(int64_t lanes) {
  if (vectorAxis < 0) {
    chunks = {Chunk{}};
    return;
  }
  Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  int64_t width =
      element.isIntOrFloat() && element.getIntOrFloatBitWidth() == 64 ? lanes / 2 : lanes;
  chunks = cutIntoChunks(extents[vectorAxis], width);
}

void TilePlan::collectPoints() {
  points.clear();
  Point point{SmallVector<int64_t>(extents.size(), 0), Chunk{}};
  std::function<void(unsigned)> visit = [&](unsigned axis) {
    if (axis == extents.size()) {
      points.push_back(point);
      return;
    }
    if (isReduction(axis))
      return visit(axis + 1);
    if (static_cast<int>(axis) == vectorAxis) {
      for (const Chunk &chunk : chunks) {
        point.index[axis] = chunk.start;
        point.chunk = chunk;
        visit(axis + 1);
      }
      point.chunk = Chunk{};
      return;
    }
    for (int64_t i = 0; i < extents[axis]; ++i) {
      point.index[axis] = i;
      visit(axis + 1);
    }
    point.index[axis] = 0;
  };
  visit(0);
}

void TilePlan::chooseInstruction(StringRef instructions) {
  if (!vectorReduction())
    dot = matchDotProduct(op, vectorAxis, instructions);
  if (dot && !llvm::all_of(points, [&](const Point &p) { return hasLanes(*dot, p.chunk.lanes); }))
    dot.reset();
  if (dot && dot->offset && !sharesExcess())
    dot = withoutOffset(*dot, instructions);
}

/// All rows of the tile read the same of `along`, and leave out no taps.
bool TilePlan::sharesExcess() {
  AffineMap map = op.getMatchingIndexingMap(dot->along);
  for (unsigned axis = 0; axis < extents.size(); ++axis)
    if (!isReduction(axis) && static_cast<int>(axis) != vectorAxis && extents[axis] > 1 &&
        map.isFunctionOfDim(axis))
      return false;
  return !op->hasAttr("alt.skip_pad");
}

size_t TilePlan::chunkNumber(const Point &point) const {
  return llvm::find_if(chunks, [&](const Chunk &c) { return c.start == point.chunk.start; }) -
         chunks.begin();
}

} // namespace alt
