// A kernel's text -> Workload: what the learner and the space know of it, without MLIR.
#include "alt/Lower.h"
#include "lower/Context.h"
#include "lower/CropPads.h"
#include "lower/ElementTypes.h"
#include "lower/Prepare.h"
#include "lower/RootAxes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/CastInterfaces.h"
#include "llvm/Support/raw_ostream.h"

namespace alt {

using namespace mlir;

namespace {

Result<Argument> describeArgument(Type type, std::string name, bool isOutput, bool isConstant) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<ElementType> element;
  if (tensor && tensor.hasStaticShape())
    element = elementType(tensor.getElementType());
  if (!element) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return Error{ErrorKind::unsupported, "Kernel argument of type " + text +
                                             ": only tensors of static shape can be passed, "
                                             "with elements of these types: " +
                                             elementTypeNames() + "."};
  }
  return Argument{std::move(name), *element, tensor.getShape().vec(), isOutput, isConstant};
}

/// The expression as a sum over axes, or nullopt when it is none (div, mod).
std::optional<IndexExpr> linearIndex(AffineExpr expr, unsigned axes) {
  bool linear = true;
  expr.walk([&](AffineExpr e) {
    linear &= e.getKind() == AffineExprKind::Add || e.getKind() == AffineExprKind::Mul ||
              e.getKind() == AffineExprKind::DimId || e.getKind() == AffineExprKind::Constant;
  });
  if (!linear)
    return std::nullopt;
  MLIRContext *context = expr.getContext();
  auto at = [&](int one) {
    SmallVector<AffineExpr> values;
    for (unsigned a = 0; a < axes; ++a)
      values.push_back(getAffineConstantExpr(static_cast<int>(a) == one, context));
    AffineExpr value = simplifyAffineExpr(expr.replaceDims(values), 0, 0);
    return cast<AffineConstantExpr>(value).getValue();
  };
  IndexExpr index;
  index.constant = at(-1);
  for (unsigned a = 0; a < axes; ++a)
    if (int64_t coefficient = at(static_cast<int>(a)) - index.constant)
      index.terms.push_back({a, coefficient});
  return index;
}

/// A weight stays a weight through pads, slices and reshapes.
bool fromConstant(Value value, func::FuncOp function) {
  while (Operation *producer = value.getDefiningOp()) {
    if (!isa<tensor::PadOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
             tensor::CastOp>(producer))
      return false;
    value = producer->getOperand(0);
  }
  auto argument = cast<BlockArgument>(value);
  return bool(function.getArgAttr(argument.getArgNumber(), constantArgumentAttr));
}

/// Fills axes and operands from the anchor; leaves them empty when there is no loop nest to
/// schedule.
void describeNest(linalg::LinalgOp anchor, func::FuncOp function, Workload &workload) {
  std::vector<Operand> operands;
  for (OpOperand &operand : anchor->getOpOperands()) {
    auto tensor = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!tensor)
      continue;
    std::optional<ElementType> element = elementType(tensor.getElementType());
    if (!element || !tensor.hasStaticShape())
      return;
    Operand described;
    described.type = *element;
    described.shape = tensor.getShape().vec();
    described.isOutput = anchor.isDpsInit(&operand);
    described.isConstant = fromConstant(operand.get(), function);
    if (auto pad = operand.get().getDefiningOp<tensor::PadOp>()) {
      described.padLow.assign(pad.getStaticLow().begin(), pad.getStaticLow().end());
      described.padHigh.assign(pad.getStaticHigh().begin(), pad.getStaticHigh().end());
    }
    described.name = described.isOutput ? "out" : "in" + std::to_string(operands.size());
    for (AffineExpr expr : anchor.getMatchingIndexingMap(&operand).getResults()) {
      std::optional<IndexExpr> index = linearIndex(expr, anchor.getNumLoops());
      if (!index)
        return;
      described.index.push_back(std::move(*index));
    }
    operands.push_back(std::move(described));
  }
  auto kinds = anchor.getIteratorTypesArray();
  for (auto [a, extent] : llvm::enumerate(anchor.getStaticLoopRanges()))
    workload.axes.push_back(
        {"i" + std::to_string(a), extent,
         kinds[a] == utils::IteratorType::parallel ? AxisKind::parallel : AxisKind::reduction});
  workload.operands = std::move(operands);
}

AnchorKind anchorKind(linalg::LinalgOp anchor, const Workload &workload) {
  if (anchor.getNumReductionLoops() == 0)
    return AnchorKind::elementwise;
  bool multiplies = false;
  for (Operation &op : anchor.getBlock()->without_terminator())
    multiplies |= op.getName().stripDialect() == "mulf" || op.getName().stripDialect() == "muli";
  if (!multiplies || anchor.getNumDpsInputs() < 2)
    return AnchorKind::reduction;
  for (const Operand &operand : workload.operands)
    for (const IndexExpr &index : operand.index)
      if (index.terms.size() > 1)
        return AnchorKind::convolution;
  return AnchorKind::contraction;
}

/// Arithmetic, of floats or integers; to widen or to compare is none.
bool isArithmetic(Operation &op) {
  return op.getNumResults() == 1 && op.getResult(0).getType().isIntOrFloat() &&
         !op.getResult(0).getType().isInteger(1) && !op.hasTrait<OpTrait::ConstantLike>() &&
         !isa<CastOpInterface>(op);
}

/// Points times arithmetic ops of the body; a window that only says its size counts nothing.
uint64_t countFlops(linalg::LinalgOp op) {
  uint64_t points = 1, work = 0;
  for (int64_t extent : op.getStaticLoopRanges())
    points *= static_cast<uint64_t>(extent);
  for (Operation &inner : op.getBlock()->without_terminator())
    work += isArithmetic(inner);
  return points * work;
}

} // namespace

Result<Workload> describeKernel(std::string_view text) {
  std::unique_ptr<MLIRContext> context = makeKernelContext();
  DiagnosticCollector diagnostics(*context);
  OwningOpRef<ModuleOp> module = parseKernel(text, *context);
  func::FuncOp function = module ? kernelFunction(*module) : func::FuncOp();
  if (!function)
    return Error{ErrorKind::internal, "The kernel does not parse: " + diagnostics.first() + "."};
  separateCrops(function);

  Workload workload;
  workload.linalg = text;
  workload.id = workloadId(text);
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    Result<Argument> argument = describeArgument(
        type, "in" + std::to_string(i), false, bool(function.getArgAttr(i, constantArgumentAttr)));
    if (!argument)
      return argument.error();
    workload.arguments.push_back(std::move(*argument));
  }
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    Result<Argument> argument = describeArgument(type, "out" + std::to_string(i), true, false);
    if (!argument)
      return argument.error();
    workload.arguments.push_back(std::move(*argument));
  }

  linalg::LinalgOp anchor = findAnchor(function), root = findRoot(function);
  unsigned structured = 0;
  function.walk([&](Operation *op) {
    workload.prologueOps += isa<tensor::PadOp>(op);
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op); linalgOp && !isa<linalg::FillOp>(op)) {
      workload.flops += countFlops(linalgOp);
      ++structured;
    }
  });
  if (!anchor || !root)
    return workload;
  describeNest(anchor, function, workload);
  workload.anchor = anchorKind(anchor, workload);
  workload.epilogueOps = structured - 1;
  generalizeKernel(function); // as a schedule finds it
  if (auto [lastOp, nest] = findMarked(*module); lastOp && nest)
    workload.fusedResults = fusedResults(lastOp, nest, rootAxes(lastOp, nest));
  return workload;
}

} // namespace alt
