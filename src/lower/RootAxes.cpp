#include "lower/RootAxes.h"
#include "lower/Prepare.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace alt {

using namespace mlir;

static AffineMap outputMap(linalg::LinalgOp op) {
  return op.getIndexingMapsArray()[op.getNumDpsInputs()];
}

/// axisOfDim[d]: the axis (-1: none) that runs along dimension d of op's result -> the same for
/// op's loops.
static std::vector<int> throughOutput(linalg::LinalgOp op, ArrayRef<int> axisOfDim) {
  std::vector<int> axes(op.getNumLoops(), -1);
  for (auto [d, expr] : llvm::enumerate(outputMap(op).getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      axes[dim.getPosition()] = axisOfDim[d];
  return axes;
}

/// axisOfLoop[l]: the axis that runs along loop l -> the same for the dimensions of a tensor that
/// the loops index by `map`.
static std::vector<int> throughMap(AffineMap map, ArrayRef<int> axisOfLoop) {
  std::vector<int> axes;
  for (AffineExpr expr : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    axes.push_back(dim ? axisOfLoop[dim.getPosition()] : -1);
  }
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
    dims = throughMap(op.getMatchingIndexingMap(way), axes);
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

static std::optional<FusedResult> describe(linalg::LinalgOp op, ArrayRef<int> axisOfLoop) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Type element = type.getElementType();
  FusedResult result{{}, element.isInteger(64) || element.isF64()};
  for (auto [axis, extent] : llvm::zip(throughMap(outputMap(op), axisOfLoop), type.getShape())) {
    if (extent > 1 && axis < 0)
      return std::nullopt;
    if (extent > 1)
      result.axes.push_back(static_cast<unsigned>(axis));
  }
  return result;
}

std::vector<FusedResult> fusedResults(linalg::LinalgOp root, linalg::LinalgOp anchor,
                                      ArrayRef<int> rootAxes) {
  std::vector<FusedResult> found;
  llvm::SmallPtrSet<Operation *, 8> seen;
  auto visit = [&](auto &self, linalg::LinalgOp op, std::vector<int> axes) -> void {
    if (!seen.insert(op).second || op->getNumResults() != 1)
      return;
    if (op != anchor)
      if (auto result = describe(op, axes); result && !llvm::is_contained(found, *result))
        found.push_back(*result);
    for (OpOperand &operand : op->getOpOperands()) {
      auto producer = operand.get().getDefiningOp<linalg::LinalgOp>();
      bool fused = producer && (producer == anchor || producer->hasAttr(bodyAttr));
      if (fused && (op.getNumReductionLoops() == 0 || op.isDpsInit(&operand)))
        self(self, producer,
             throughOutput(producer, throughMap(op.getMatchingIndexingMap(&operand), axes)));
    }
  };
  std::vector<int> axes(root.getNumLoops(), -1); // of the anchor, along the root's loops
  for (auto [axis, onRoot] : llvm::enumerate(rootAxes))
    if (onRoot >= 0)
      axes[onRoot] = static_cast<int>(axis);
  visit(visit, root, axes);
  return found;
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
