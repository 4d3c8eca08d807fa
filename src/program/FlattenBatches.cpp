// [B, M, K] by one [K, N] for all of B is one product of B M rows: of torch-mlir's making it is B
// products, with the matrix repeated B times.
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "program/Simplify.h"

namespace alt {

using namespace mlir;

// What a copy along leading dimensions repeats, seen as a matrix; null when it is none.
static Value repeatedMatrix(IRRewriter &rewriter, Value value) {
  if (auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>()) {
    SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
    size_t rank = groups.size();
    if (rank < 2 || groups[rank - 1].size() != 1 || groups[rank - 2].size() != 1)
      return {};
    value = collapse.getSrc();
  }
  auto copy = value.getDefiningOp<linalg::LinalgOp>();
  if (!copy || copy.getNumDpsInputs() != 1 || copy.getNumDpsInits() != 1 ||
      copy.getNumParallelLoops() != copy.getNumLoops() || !copy.hasPureTensorSemantics() ||
      copy.getBlock()->getTerminator()->getOperand(0) != copy.getBlock()->getArgument(0))
    return {};
  OpOperand *input = copy.getDpsInputOperand(0);
  AffineMap map = copy.getMatchingIndexingMap(input);
  if (!copy.getMatchingIndexingMap(copy.getDpsInitOperand(0)).isIdentity() ||
      map.getNumResults() < 2)
    return {};
  // All but the last two are ones.
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    unsigned fromEnd = map.getNumResults() - unsigned(i);
    bool fits = fromEnd <= 2 ? expr == rewriter.getAffineDimExpr(map.getNumDims() - fromEnd)
                             : expr == rewriter.getAffineConstantExpr(0);
    if (!fits)
      return {};
  }
  Value matrix = input->get();
  auto type = cast<RankedTensorType>(matrix.getType());
  if (type.getRank() == 2)
    return matrix;
  ReassociationIndices leading = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank() - 1));
  return tensor::CollapseShapeOp::create(
      rewriter, value.getLoc(), matrix,
      ArrayRef<ReassociationIndices>{leading, {type.getRank() - 1}});
}

void flattenBatches(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  SmallVector<ReassociationIndices> rows = {{0, 1}, {2}};
  for (auto op :
       llvm::make_early_inc_range(function.getBody().front().getOps<linalg::BatchMatmulOp>())) {
    auto type = dyn_cast<RankedTensorType>(
        op->getResultTypes().empty() ? Type() : op->getResult(0).getType());
    if (!type || !type.hasStaticShape() || type.getDimSize(0) == 1 || op.hasUserDefinedMaps())
      continue;
    rewriter.setInsertionPoint(op);
    Value matrix = repeatedMatrix(rewriter, op.getInputs()[1]);
    if (!matrix)
      continue;
    Location loc = op.getLoc();
    Value left = tensor::CollapseShapeOp::create(rewriter, loc, op.getInputs()[0], rows);
    Value init = tensor::CollapseShapeOp::create(rewriter, loc, op.getOutputs()[0], rows);
    Value product =
        linalg::MatmulOp::create(rewriter, loc, init.getType(), ValueRange{left, matrix}, init)
            .getResult(0);
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(op, type, product, rows);
  }
}

} // namespace alt
