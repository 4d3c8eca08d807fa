#include "lower/OperandLayouts.h"
#include "alt/NarrowProducts.h"
#include "lower/Panels.h"
#include "lower/Prepare.h"
#include "lower/RootAxes.h"
#include "lower/isa/DotProduct.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"
#include <map>

namespace alt {

using namespace mlir;

namespace {

using Made = OperandLayout::Made;

/// The function's arguments that the value is made from.
llvm::SetVector<BlockArgument> sourcesOf(Value value) {
  llvm::SetVector<BlockArgument> sources;
  llvm::SetVector<Value> seen;
  seen.insert(value);
  for (size_t i = 0; i < seen.size(); ++i) {
    Value next = seen[i];
    if (auto argument = dyn_cast<BlockArgument>(next))
      sources.insert(argument);
    else
      for (Value operand : next.getDefiningOp()->getOperands())
        seen.insert(operand);
  }
  return sources;
}

/// Looks into an argument or a constant, without a copy.
bool isView(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<bufferization::ToTensorOp>(op) || op->getNumOperands() == 0)
      return true;
    if (!isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
             tensor::CastOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

/// All of the tensor that slices are taken of.
RankedTensorType wholeType(Value value) {
  auto rank = cast<RankedTensorType>(value.getType()).getRank();
  while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>()) {
    if (slice.getSourceType().getRank() != rank)
      break;
    value = slice.getSource();
  }
  return cast<RankedTensorType>(value.getType());
}

bool areConstant(ArrayRef<BlockArgument> sources) {
  return !sources.empty() && llvm::all_of(sources, [](BlockArgument argument) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return bool(function.getArgAttr(argument.getArgNumber(), constantArgumentAttr));
  });
}

class LayoutReader {
public:
  LayoutReader(const ScheduledKernel &scheduled, const Target &target)
      : scheduled(scheduled), nest(scheduled.nest), workload(scheduled.algorithm->workload) {
    for (const Panels &p :
         panelsOf(nest, scheduled.anchor, scheduled.lanes, dotProductInstructions(target)))
      panels.emplace(p.operand, p);
  }

  OperandLayout input(unsigned o) const {
    const Operand &operand = workload.operands[o];
    OperandLayout layout;
    layout.operand = operand.name;
    layout.type = operand.type;
    layout.shape = operand.shape;
    for (const IndexExpr &index : operand.index)
      layout.order.push_back(print(index));
    Value value = scheduled.anchor->getOperand(o);
    // Algorithms make other operands of a convolution's, in the same order.
    llvm::SetVector<BlockArgument> sources = sourcesOf(scheduled.anchorBefore->getOperand(o));
    if (sources.size() == 1)
      layout.argument = sources.front().getArgNumber();
    Operation *producer = value.getDefiningOp();
    bool fused = producer && producer->hasAttr(bodyAttr);
    if (fused || (o == 0 && scheduled.algorithm->rewritten())) {
      layout.made = Made::byTile;
      layout.shape = tileOf(operand);
      return layout;
    }
    auto packed = panels.find(o);
    bool skipped = nest.skipPad && !operand.padLow.empty();
    if (packed == panels.end() && (skipped || isView(value))) {
      if (skipped)
        leavePaddingOut(operand, layout);
      return layout;
    }
    layout.made = areConstant(sources.getArrayRef()) ? Made::ahead : Made::everyCall;
    layout.shape = wholeType(value).getShape().vec();
    if (packed != panels.end() && packed->second.last)
      transpose(packed->second, layout);
    else if (packed != panels.end())
      intoPanels(packed->second, layout);
    return layout;
  }

  /// What ends the kernel writes the result where and as the caller wants it.
  OperandLayout output() const {
    const Workload &kernel = *scheduled.workload;
    OperandLayout layout;
    layout.operand = kernel.operands.back().name;
    layout.argument = static_cast<unsigned>(kernel.arguments.size() - 1);
    layout.type = kernel.arguments.back().type;
    layout.shape = kernel.arguments.back().shape;
    layout.order.assign(layout.shape.size(), "0");
    layout.isOutput = true;
    std::vector<int> axes = rootAxes(scheduled.rootBefore, scheduled.anchorBefore);
    for (size_t a = 0; a < axes.size(); ++a)
      if (int d = axes[a] < 0 ? -1 : outputDimension(scheduled.rootBefore, axes[a]); d >= 0)
        layout.order[static_cast<size_t>(d)] = kernel.axes[a].name;
    return layout;
  }

private:
  /// "2*i1+i4-1".
  std::string print(const IndexExpr &index) const {
    std::string text;
    for (const IndexExpr::Term &term : index.terms)
      text += (text.empty() ? "" : "+") +
              (term.coefficient == 1 ? "" : std::to_string(term.coefficient) + "*") +
              workload.axes[term.axis].name;
    if (text.empty() || index.constant)
      text += (text.empty() || index.constant < 0 ? "" : "+") + std::to_string(index.constant);
    return text;
  }

  std::vector<int64_t> tileOf(const Operand &operand) const {
    std::vector<int64_t> shape;
    for (const IndexExpr &index : operand.index) {
      const LoopNest::Level &axis = nest.axes[index.terms.front().axis];
      shape.push_back(axis.kind == AxisKind::parallel ? axis.tile : axis.extent);
    }
    return shape;
  }

  void leavePaddingOut(const Operand &operand, OperandLayout &layout) const {
    for (size_t d = 0; d < operand.index.size(); ++d) {
      IndexExpr index = operand.index[d];
      index.constant -= operand.padLow[d];
      layout.order[d] = print(index);
      layout.shape[d] -= operand.padLow[d] + operand.padHigh[d];
    }
  }

  static void transpose(const Panels &by, OperandLayout &layout) {
    int64_t last = *by.last;
    std::rotate(layout.shape.begin() + last, layout.shape.begin() + last + 1, layout.shape.end());
    std::rotate(layout.order.begin() + last, layout.order.begin() + last + 1, layout.order.end());
    layout.shape.back() = by.tile;
  }

  void intoPanels(const Panels &by, OperandLayout &layout) const {
    std::vector<std::string> order = std::move(layout.order);
    std::string tile = std::to_string(by.tile), steps = std::to_string(by.by.steps), lane, step;
    layout.shape = panelShape(layout.shape, by.tile, by.by);
    layout.order = {order.back() + "/" + tile};
    lane = order.back() + "%" + tile;
    order.pop_back();
    if (by.by.steps > 1) {
      step = order[by.by.dimension] + "%" + steps;
      order[by.by.dimension] += "/" + steps;
    }
    layout.order.insert(layout.order.end(), order.begin(), order.end());
    layout.order.push_back(lane);
    if (by.by.steps > 1) { // a panel's last dimension is both
      layout.shape.back() /= by.by.steps;
      layout.shape.push_back(by.by.steps);
      layout.order.push_back(step);
    }
  }

  const ScheduledKernel &scheduled;
  const LoopNest &nest;
  const Workload &workload; ///< of the algorithm
  std::map<unsigned, Panels> panels;
};

} // namespace

std::vector<OperandLayout> operandLayouts(const ScheduledKernel &scheduled, const Target &target) {
  std::vector<OperandLayout> layouts;
  if (scheduled.failed)
    return layouts;
  LayoutReader reader(scheduled, target);
  for (unsigned o = 0; o + 1 < scheduled.algorithm->workload.operands.size(); ++o)
    layouts.push_back(reader.input(o));
  layouts.push_back(reader.output());
  return layouts;
}

} // namespace alt
