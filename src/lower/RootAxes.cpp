#include "lower/RootAxes.h"
#include "lower/Prepare.h"

namespace alt {

using namespace mlir;

static AffineMap outputMap(linalg::LinalgOp op) {
  return op.getIndexingMapsArray()[op.getNumDpsInputs()];
}

/// axisOfDim[d]: the root's axis that runs along dimension d of op's result -> the same for op's
/// loops.
static std::vector<int> throughOutput(linalg::LinalgOp op, ArrayRef<int> axisOfDim) {
  std::vector<int> axes(op.getNumLoops(), -1);
  for (auto [d, expr] : llvm::enumerate(outputMap(op).getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      axes[dim.getPosition()] = axisOfDim[d];
  return axes;
}

/// The operand through which `op` reads the anchor, or else a body op on the way to it.
static OpOperand *wayTo(linalg::LinalgOp anchor, linalg::LinalgOp op) {
  OpOperand *way = nullptr;
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto candidate = input->get().getDefiningOp<linalg::LinalgOp>();
    if (candidate && (candidate == anchor || candidate->hasAttr(bodyAttr)) &&
        candidate.getNumDpsInputs() > 0 && !isa<linalg::FillOp>(candidate)) {
      way = input;
      if (candidate == anchor)
        break;
    }
  }
  return way;
}

std::vector<int> rootAxes(linalg::LinalgOp root, linalg::LinalgOp anchor) {
  std::vector<int> dims; // of the result of the op in hand: the root's axes
  for (AffineExpr expr : outputMap(root).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      return {};
    dims.push_back(static_cast<int>(dim.getPosition()));
  }
  for (linalg::LinalgOp op = root; op != anchor;) {
    std::vector<int> axes = throughOutput(op, dims);
    OpOperand *way = wayTo(anchor, op);
    if (!way || op.getNumReductionLoops() != 0)
      return {};
    dims.clear();
    for (AffineExpr expr : op.getMatchingIndexingMap(way).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      dims.push_back(dim ? axes[dim.getPosition()] : -1);
    }
    op = way->get().getDefiningOp<linalg::LinalgOp>();
  }
  std::vector<int> axes = throughOutput(anchor, dims);
  auto kinds = anchor.getIteratorTypesArray();
  for (size_t a = 0; a < axes.size(); ++a) {
    bool parallel = kinds[a] == utils::IteratorType::parallel;
    if (parallel && axes[a] < 0 && anchor.getStaticLoopRanges()[a] > 1)
      return {};
  }
  return axes;
}

int outputDimension(linalg::LinalgOp op, int axis) {
  for (auto [d, expr] : llvm::enumerate(outputMap(op).getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr);
        dim && static_cast<int>(dim.getPosition()) == axis)
      return static_cast<int>(d);
  return -1;
}

int innermostOfOutput(linalg::LinalgOp op) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  int innermost = -1;
  for (AffineExpr expr : outputMap(op).getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && extents[dim.getPosition()] > 1)
      innermost = static_cast<int>(dim.getPosition());
  return innermost;
}

} // namespace alt
