// On tensors: what stands around a marked op in its register tile.
#include "lower/isa/TileProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

namespace alt {

using namespace mlir;

const ProductInstruction *matchTileProduct(linalg::LinalgOp op, unsigned columns) {
  std::string names; // of all tile instructions: whether the target has them the space knows
  for (const ProductInstruction &row : productInstructions())
    if (row.tile)
      names += std::string(row.name) + " ";
  auto dot = matchDotProduct(op, static_cast<int>(columns), names);
  return dot ? dot->instruction : nullptr;
}

/// The number that the op writes everywhere; null where it does something else.
static Attribute filledWith(linalg::LinalgOp op) {
  if (!op || op.getNumReductionLoops() || op.getNumDpsInits() != 1)
    return {};
  Value value = op.getBlock()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner() == op.getBlock())
    value = op->getOperand(argument.getArgNumber());
  Attribute number;
  return matchPattern(value, m_Constant(&number)) && isa<IntegerAttr, FloatAttr>(number)
             ? number
             : Attribute();
}

bool isZeroFill(linalg::LinalgOp op) {
  Attribute number = filledWith(op);
  if (auto integer = dyn_cast_or_null<IntegerAttr>(number))
    return integer.getValue().isZero();
  auto real = dyn_cast_or_null<FloatAttr>(number);
  return real && real.getValue().isPosZero();
}

static void startFromZero(RewriterBase &b, linalg::LinalgOp op) {
  OpOperand &init = op.getDpsInitsMutable()[0];
  auto fill = init.get().getDefiningOp<linalg::LinalgOp>();
  if (!isZeroFill(fill))
    return;
  b.modifyOpInPlace(op, [&] {
    init.set(fill.getDpsInits()[0]);
    op->setAttr(tileFromZeroAttr, b.getUnitAttr());
  });
  if (fill->use_empty())
    b.eraseOp(fill);
}

bool isPlainCopy(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() || op.getNumDpsInits() != 1 || op.getNumDpsInputs() == 0 ||
      !op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return false;
  auto value = dyn_cast<BlockArgument>(op.getBlock()->getTerminator()->getOperand(0));
  return value && value.getOwner() == op.getBlock() && value.getArgNumber() == 0;
}

/// What starts from zero may do so anywhere.
static void writeWhereItGoes(RewriterBase &b, linalg::LinalgOp op) {
  Value result = op->getResult(0);
  if (!op->hasAttr(tileFromZeroAttr) || !result.hasOneUse())
    return;
  auto copy = dyn_cast<linalg::LinalgOp>(*result.user_begin());
  if (!copy || copy->getBlock() != op->getBlock() || !isPlainCopy(copy) ||
      copy->getOperand(0) != result || copy->getResult(0).getType() != result.getType())
    return;
  b.moveOpBefore(op, copy);
  b.modifyOpInPlace(op, [&] { op.getDpsInitsMutable()[0].set(copy.getDpsInits()[0]); });
  b.replaceOp(copy, result);
}

void prepareTileProducts(RewriterBase &b, Operation *scope) {
  SmallVector<linalg::LinalgOp> marked;
  scope->walk([&](linalg::LinalgOp op) {
    if (op->hasAttr(tileProductAttr))
      marked.push_back(op);
  });
  for (linalg::LinalgOp op : marked) {
    startFromZero(b, op);
    writeWhereItGoes(b, op);
  }
}

} // namespace alt
