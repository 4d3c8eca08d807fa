#include "program/Simplify.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "program/ReadModule.h"

namespace alt {

using namespace mlir;

bool isPointwise(linalg::LinalgOp op) {
  if (op.getNumParallelLoops() != op.getNumLoops() || !op.hasPureTensorSemantics())
    return false;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (!op.getMatchingIndexingMap(&init).isPermutation() || op.payloadUsesValueFromOperand(&init))
      return false;
  // A body that reads other tensors (a gather) is a kernel of its own.
  bool gathers = false;
  op->getRegion(0).walk([&](tensor::ExtractOp) { gathers = true; });
  return !gathers;
}

Result<void> canonicalize(func::FuncOp function) {
  FirstError errors(function.getContext());
  PassManager passes(function.getContext(), func::FuncOp::getOperationName());
  passes.enableVerifier(true);
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  if (failed(passes.run(function)))
    return errors.error(ErrorKind::internal, "The program could not be simplified.");
  return {};
}

// torch-mlir compares f32 with thresholds in f64. Where the threshold is an f32, so can the
// comparison be: widening keeps the order.
static void narrowComparisons(func::FuncOp function) {
  function.walk([](arith::CmpFOp compare) {
    auto widened = compare.getLhs().getDefiningOp<arith::ExtFOp>();
    FloatAttr bound;
    if (!widened || !matchPattern(compare.getRhs(), m_Constant(&bound)))
      return;
    auto narrow = dyn_cast<FloatType>(widened.getIn().getType());
    APFloat value = bound.getValue();
    bool isInexact = true;
    if (narrow)
      value.convert(narrow.getFloatSemantics(), APFloat::rmNearestTiesToEven, &isInexact);
    if (isInexact)
      return;
    OpBuilder builder(compare);
    auto constant =
        arith::ConstantOp::create(builder, compare.getLoc(), builder.getFloatAttr(narrow, value));
    compare->setOperands({widened.getIn(), constant});
  });
}

// torch-mlir pads a maximum with f64's lowest number, narrowed: -inf, which MLIR does not fold
// since it is not exact. As a constant it can be seen to be neutral, and the padding be left out.
static void narrowConstants(func::FuncOp function) {
  function.walk([](arith::TruncFOp narrow) {
    FloatAttr wide;
    auto type = dyn_cast<FloatType>(narrow.getType());
    if (!type || !matchPattern(narrow.getIn(), m_Constant(&wide)))
      return;
    APFloat value = wide.getValue();
    bool isInexact;
    value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &isInexact);
    OpBuilder builder(narrow);
    narrow.replaceAllUsesWith(
        arith::ConstantOp::create(builder, narrow.getLoc(), builder.getFloatAttr(type, value))
            .getResult());
    narrow.erase();
  });
}

Result<void> generalize(func::FuncOp function) {
  FirstError errors(function.getContext());
  IRRewriter rewriter(function.getContext());
  SmallVector<Operation *> work;
  for (Operation &op : function.getBody().front())
    work.push_back(&op);
  for (Operation *op : work) {
    rewriter.setInsertionPoint(op);
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op)) {
      FailureOr<SmallVector<Value>> parts = softmax.decomposeOperation(rewriter);
      if (failed(parts))
        return errors.error(ErrorKind::unsupported,
                            place(op->getLoc()) + "'linalg.softmax' cannot be taken apart.");
      rewriter.replaceOp(op, *parts);
    } else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      bool plain = isPointwise(linalgOp) || isa<linalg::BroadcastOp>(op);
      if (plain && !isa<linalg::GenericOp, linalg::FillOp, linalg::TransposeOp>(op))
        (void)linalg::generalizeNamedOp(rewriter, linalgOp); // where it cannot be, it stays
    }
  }
  // torch-mlir guards a reciprocal by an assertion that ONNX does not ask for, and that no kernel
  // could report.
  function.walk([](cf::AssertOp assertion) { assertion.erase(); });
  narrowComparisons(function);
  narrowConstants(function);
  // arith and math on whole tensors.
  RewritePatternSet patterns(function.getContext());
  linalg::populateElementwiseToLinalgConversionPatterns(patterns);
  tensor::CastOp::getCanonicalizationPatterns(patterns, function.getContext());
  if (failed(applyPatternsGreedily(function, std::move(patterns))))
    return errors.error(ErrorKind::internal, "The program's operations could not be generalised.");
  return {};
}

void generalizeTransposes(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  for (linalg::TransposeOp op :
       llvm::make_early_inc_range(function.getBody().front().getOps<linalg::TransposeOp>())) {
    rewriter.setInsertionPoint(op);
    (void)linalg::generalizeNamedOp(rewriter, op);
  }
}

// The op that folds a value into the accumulator, when it is a sum.
static bool sums(linalg::LinalgOp op) {
  SmallVector<Operation *> combiners;
  return matchReduction(op.getRegionOutputArgs(), 0, combiners) && combiners.size() == 1 &&
         isa<arith::AddFOp, arith::AddIOp>(combiners.front());
}

void separateBias(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  SmallVector<linalg::LinalgOp> work;
  for (auto op : function.getBody().front().getOps<linalg::LinalgOp>())
    work.push_back(op);
  for (linalg::LinalgOp op : work) {
    if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1 ||
        !op.hasPureTensorSemantics() || !sums(op))
      continue;
    OpOperand &init = *op.getDpsInitOperand(0);
    Operation *from = init.get().getDefiningOp();
    if (from && isa<linalg::FillOp, tensor::EmptyOp>(from))
      continue;
    auto type = cast<RankedTensorType>(init.get().getType());
    Location loc = op.getLoc();
    Value bias = init.get();
    rewriter.setInsertionPoint(op);
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    Value zero =
        arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
    Value filled = linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
    rewriter.modifyOpInPlace(op, [&] { init.set(filled); });
    rewriter.setInsertionPointAfter(op);
    AffineMap map = rewriter.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
    Value result = op->getResult(0);
    auto sum = linalg::GenericOp::create(
        rewriter, loc, TypeRange(type), ValueRange{result, bias}, ValueRange{empty},
        ArrayRef<AffineMap>{map, map, map}, loops, [&](OpBuilder &b, Location l, ValueRange args) {
          Value added = isa<FloatType>(type.getElementType())
                            ? arith::AddFOp::create(b, l, args[0], args[1]).getResult()
                            : arith::AddIOp::create(b, l, args[0], args[1]).getResult();
          linalg::YieldOp::create(b, l, added);
        });
    rewriter.replaceAllUsesExcept(result, sum.getResult(0), sum);
  }
}

/// A reduction that keeps the reduced dimensions as ones (ONNX's keepdims) writes to [n, c, 0, 0].
static bool keepsReducedDims(linalg::LinalgOp op) {
  return op.getNumReductionLoops() > 0 && op.getNumDpsInits() == 1 &&
         llvm::any_of(op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults(),
                      [](AffineExpr expr) { return isa<AffineConstantExpr>(expr); });
}

Result<void> dropKeptDims(func::FuncOp function) {
  FirstError errors(function.getContext());
  RewritePatternSet patterns(function.getContext());
  linalg::ControlDropUnitDims control;
  control.controlFn = [](Operation *op) -> SmallVector<unsigned> {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic || !keepsReducedDims(generic))
      return {};
    return llvm::to_vector(llvm::seq<unsigned>(0, generic.getNumLoops()));
  };
  linalg::populateFoldUnitExtentDimsPatterns(patterns, control);
  if (failed(applyPatternsGreedily(function, std::move(patterns))))
    return errors.error(ErrorKind::internal,
                        "Dropping unit dimensions of reductions did not come to an end.");
  return {};
}

static bool computesNothing(linalg::LinalgOp op) {
  return llvm::hasSingleElement(op.getBlock()->getOperations());
}

static bool hasOneUser(Value value) {
  return !value.use_empty() && llvm::all_equal(value.getUsers());
}

static int64_t iterations(linalg::LinalgOp op) {
  int64_t count = 1;
  for (int64_t extent : op.getStaticLoopRanges())
    count *= extent;
  return count;
}

/// More operations than any model's elementwise kernel has. Each fusion copies the producer's body, so
/// without a bound a chain of n operations takes n^2 steps here, and LLVM longer.
static bool wouldBeHuge(linalg::GenericOp producer, linalg::GenericOp consumer) {
  constexpr auto largestBody = 256;
  auto size = [](linalg::GenericOp op) {
    return std::distance(op.getBlock()->begin(), op.getBlock()->end());
  };
  return size(producer) + size(consumer) > largestBody;
}

// Worth fusing: the producer is needed nowhere else, and is not computed more often than before.
// Contractions and convolutions keep their plain inputs: that is what schedules are made for.
static bool shouldFuse(OpOperand *operand) {
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  if (!consumer || !producer || !isPointwise(producer) || wouldBeHuge(producer, consumer))
    return false;
  if (!computesNothing(producer) && !producer.getDpsInputs().empty() &&
      llvm::all_of(producer.getDpsInputs(), [](Value v) { return weightOf(v).has_value(); }))
    return false; // known before the first run, and computed then
  // What is only transposed afterwards can still be the epilogue of what comes before.
  if (computesNothing(consumer) && !consumer.getMatchingIndexingMap(operand).isIdentity())
    return false;
  bool reduces = consumer.getNumReductionLoops() > 0;
  if (reduces ? consumer.getNumDpsInputs() != 1 : !isPointwise(consumer))
    return false;
  if (computesNothing(producer) && !reduces)
    return true;
  return hasOneUser(operand->get()) && producer->getNumResults() == 1 &&
         iterations(producer) == iterations(consumer);
}

// Reshapes sink below elementwise ops, so that these meet the op whose epilogue they can be. Below
// one that reads other computations, too, only expanding ones do: two reshapes could push each
// other for ever.
static bool shouldSink(OpOperand *operand) {
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  Operation *reshape = operand->get().getDefiningOp();
  if (!consumer || !isPointwise(consumer) || !reshape || !hasOneUser(operand->get()) ||
      !isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(reshape))
    return false;
  Operation *source = reshape->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<linalg::LinalgOp>(source) || !hasOneUser(reshape->getOperand(0)))
    return false;
  return llvm::all_of(consumer.getDpsInputOperands(), [&](OpOperand *other) {
    Operation *from = other->get().getDefiningOp();
    return other->get() == operand->get() || !from || isa<arith::ConstantOp>(from) ||
           (isa<tensor::ExpandShapeOp>(reshape) && isa<linalg::LinalgOp>(from));
  });
}

Result<void> fuseElementwise(func::FuncOp function) {
  FirstError errors(function.getContext());
  RewritePatternSet patterns(function.getContext());
  linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
  linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, shouldSink);
  linalg::populateFoldReshapeOpsByCollapsingPatterns(patterns, shouldSink);
  linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
  linalg::GenericOp::getCanonicalizationPatterns(patterns, function.getContext());
  tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, function.getContext());
  tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, function.getContext());
  if (failed(applyPatternsGreedily(function, std::move(patterns))))
    return errors.error(ErrorKind::internal,
                        "Fusing elementwise operations did not come to an end.");
  return {};
}

} // namespace alt
