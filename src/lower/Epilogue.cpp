#include "lower/Epilogue.h"
#include "lower/VectorBody.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

namespace alt {

using namespace mlir;

Epilogue::Epilogue(RewriterBase &b, linalg::LinalgOp anchor, linalg::LinalgOp root)
    : b(b), anchor(anchor), root(root) {}

/// The loops of `op` at an index of its result; nullopt when a result's index does not tell them.
static std::optional<AffineMap> loopsAtResult(linalg::LinalgOp op) {
  AffineMap result = op.getIndexingMapsArray()[op.getNumDpsInputs()];
  if (op.getNumReductionLoops() || op->getNumResults() != 1 || !result.isPermutation())
    return std::nullopt;
  return inversePermutation(result);
}

std::optional<Epilogue::Place> Epilogue::rootPlace() {
  std::optional<AffineMap> loops = loopsAtResult(root);
  return loops ? std::optional(Place{root, *loops}) : std::nullopt;
}

/// The elementwise op that the operand comes from, if it does.
std::optional<Epilogue::Place> Epilogue::producer(const Place &place, OpOperand &operand) {
  auto op = operand.get().getDefiningOp<linalg::LinalgOp>();
  if (!op || op == anchor || !op.hasPureTensorSemantics())
    return std::nullopt;
  std::optional<AffineMap> loops = loopsAtResult(op);
  if (!loops || !hasVectorBody(op))
    return std::nullopt;
  linalg::LinalgOp consumer = place.op;
  return Place{op, loops->compose(consumer.getMatchingIndexingMap(&operand).compose(place.loops))};
}

bool Epilogue::isPointwise() {
  if (root == anchor)
    return true;
  std::optional<Place> place = rootPlace();
  return place && isPointwise(*place);
}

bool Epilogue::isPointwise(const Place &place) {
  linalg::LinalgOp op = place.op;
  if (!op.hasPureTensorSemantics() || !hasVectorBody(op))
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!op.payloadUsesValueFromOperand(&operand))
      continue;
    AffineMap at = op.getMatchingIndexingMap(&operand).compose(place.loops);
    if (operand.get() == anchor->getResult(0)) {
      if (!at.isIdentity())
        return false;
    } else if (std::optional<Place> from = producer(place, operand)) {
      if (!isPointwise(*from))
        return false;
    } else if (llvm::is_contained(operand.get().getDefiningOp()
                                      ? operand.get().getDefiningOp()->getOperands()
                                      : ValueRange(),
                                  anchor->getResult(0))) {
      return false; // through a reshape, or an op that is not elementwise
    }
  }
  return true;
}

bool Epilogue::isZero(Value tensor) {
  auto fill = tensor.getDefiningOp<linalg::LinalgOp>();
  return fill && fill.getNumDpsInputs() == 1 &&
         matchPattern(fill.getDpsInputOperand(0)->get(), m_AnyZeroFloat()) &&
         fill.getRegionInputArgs().front() == fill.getBlock()->getTerminator()->getOperand(0);
}

static SmallVector<OpFoldResult> apply(OpBuilder &b, Location loc, AffineMap map,
                                       ArrayRef<OpFoldResult> index) {
  SmallVector<OpFoldResult> results;
  for (AffineExpr expr : map.getResults())
    results.push_back(affine::makeComposedFoldedAffineApply(
        b, loc, AffineMap::get(map.getNumDims(), 0, expr), index));
  return results;
}

Value Epilogue::compute(Value anchorSum, ArrayRef<OpFoldResult> index, const Chunk &chunk) {
  sum = anchorSum;
  OpOperand *init = anchor.getDpsInitOperand(0);
  if (!isZero(init->get())) {
    AffineMap result = anchor.getMatchingIndexingMap(init);
    SmallVector<OpFoldResult> loops(anchor.getNumLoops(), b.getIndexAttr(0));
    for (auto [d, expr] : llvm::enumerate(result.getResults()))
      loops[cast<AffineDimExpr>(expr).getPosition()] = index[d];
    auto along = static_cast<int>(cast<AffineDimExpr>(result.getResults().back()).getPosition());
    RegisterTiles none;
    Value initial = TileReader(b, anchor, none).read(*init, loops, along, chunk);
    sum = arith::AddFOp::create(b, anchor.getLoc(), sum, initial);
  }
  return root == anchor ? sum : evaluate(*rootPlace(), index, chunk);
}

Value Epilogue::evaluate(const Place &place, ArrayRef<OpFoldResult> index, const Chunk &chunk) {
  linalg::LinalgOp op = place.op;
  SmallVector<OpFoldResult> loops = apply(b, op.getLoc(), place.loops, index);
  AffineExpr last = b.getAffineDimExpr(place.loops.getNumDims() - 1);
  const auto *found = llvm::find(place.loops.getResults(), last);
  int along = found == place.loops.getResults().end()
                  ? -1
                  : static_cast<int>(found - place.loops.getResults().begin());
  Chunk here = along < 0 ? Chunk{} : chunk;
  RegisterTiles none;
  TileReader reader(b, op, none);
  SmallVector<Value> arguments;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!op.payloadUsesValueFromOperand(&operand))
      arguments.push_back({});
    else if (operand.get() == anchor->getResult(0))
      arguments.push_back(sum);
    else if (std::optional<Place> from = producer(place, operand))
      arguments.push_back(evaluate(*from, index, chunk));
    else
      arguments.push_back(reader.read(operand, loops, along, here));
  }
  Value value = cloneBodyAsVectors(b, op, arguments, loops, along, here).front();
  if (!isa<VectorType>(value.getType()) && along >= 0)
    value = vector::BroadcastOp::create(b, op.getLoc(),
                                        VectorType::get({chunk.lanes}, value.getType()), value);
  return value;
}

} // namespace alt
