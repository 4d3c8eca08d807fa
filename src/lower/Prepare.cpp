#include "lower/Prepare.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace alt {

using namespace mlir;

OwningOpRef<ModuleOp> parseKernel(std::string_view text, MLIRContext &context) {
  return parseSourceString<ModuleOp>(StringRef(text.data(), text.size()), &context);
}

func::FuncOp kernelFunction(ModuleOp module) {
  auto functions = module.getOps<func::FuncOp>();
  return functions.empty() ? func::FuncOp() : *functions.begin();
}

linalg::LinalgOp findRoot(func::FuncOp function) {
  Operation *terminator = function.getBody().front().getTerminator();
  if (terminator->getNumOperands() != 1)
    return {};
  auto root = terminator->getOperand(0).getDefiningOp<linalg::LinalgOp>();
  return root && root->getNumResults() == 1 ? root : linalg::LinalgOp();
}

linalg::LinalgOp findAnchor(func::FuncOp function) {
  linalg::LinalgOp anchor;
  int64_t most = 0;
  for (linalg::LinalgOp op : function.getBody().front().getOps<linalg::LinalgOp>()) {
    if (op.getNumReductionLoops() == 0)
      continue;
    int64_t points = 1;
    for (int64_t extent : op.getStaticLoopRanges())
      points *= extent;
    if (points > most) {
      anchor = op;
      most = points;
    }
  }
  return anchor ? anchor : findRoot(function);
}

/// pad(x) -> the padding value everywhere, then x copied into the middle: two plain loop nests.
static LogicalResult materializePad(IRRewriter &rewriter, tensor::PadOp pad,
                                    llvm::function_ref<void(Operation *)> mark) {
  Value value = pad.getConstantPaddingValue();
  RankedTensorType type = pad.getResultType();
  if (!value || !type.hasStaticShape())
    return failure();
  Location loc = pad.getLoc();
  rewriter.setInsertionPoint(pad);
  unsigned rank = type.getRank();
  AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> parallel(rank, utils::IteratorType::parallel);
  auto yieldInput = [](OpBuilder &b, Location l, ValueRange arguments) {
    linalg::YieldOp::create(b, l, arguments.front());
  };
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  auto fill = linalg::GenericOp::create(
      rewriter, loc, TypeRange{type}, ValueRange{value}, ValueRange{empty},
      ArrayRef<AffineMap>{AffineMap::get(rank, 0, rewriter.getContext()), identity}, parallel,
      yieldInput);
  mark(fill);
  SmallVector<OpFoldResult> offsets = pad.getMixedLowPad(), strides(rank, rewriter.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  for (int64_t extent : pad.getSourceType().getShape())
    sizes.push_back(rewriter.getIndexAttr(extent));
  Value middle = tensor::ExtractSliceOp::create(rewriter, loc, pad.getSourceType(),
                                                fill.getResult(0), offsets, sizes, strides);
  auto copy = linalg::GenericOp::create(
      rewriter, loc, TypeRange{pad.getSourceType()}, ValueRange{pad.getSource()},
      ValueRange{middle}, ArrayRef<AffineMap>{identity, identity}, parallel, yieldInput);
  mark(copy);
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(pad, copy.getResult(0), fill.getResult(0),
                                                     offsets, sizes, strides);
  return success();
}

linalg::LinalgOp appendIdentity(RewriterBase &rewriter, linalg::LinalgOp anchor) {
  rewriter.setInsertionPointAfter(anchor);
  Location loc = anchor.getLoc();
  Value result = anchor->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  // An operand that is not indexed keeps the canonicaliser from seeing a copy and taking it out.
  Value unused =
      arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
  AffineMap none = AffineMap::get(type.getRank(), 0, rewriter.getContext());
  auto copy =
      linalg::GenericOp::create(rewriter, loc, TypeRange{type}, ValueRange{result, unused},
                                ValueRange{empty}, ArrayRef<AffineMap>{identity, none, identity},
                                parallel, [](OpBuilder &b, Location l, ValueRange arguments) {
                                  linalg::YieldOp::create(b, l, arguments.front());
                                });
  rewriter.replaceUsesWithIf(result, copy.getResult(0), [&](OpOperand &use) {
    return use.getOwner()->hasTrait<OpTrait::IsTerminator>();
  });
  return copy;
}

void generalizeKernel(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  SmallVector<linalg::LinalgOp> named;
  SmallVector<tensor::PadOp> pads;
  function.walk([&](Operation *op) {
    if (auto pad = dyn_cast<tensor::PadOp>(op))
      pads.push_back(pad);
    else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      if (!isa<linalg::GenericOp>(op))
        named.push_back(linalgOp);
  });
  for (linalg::LinalgOp op : named) {
    rewriter.setInsertionPoint(op);
    (void)linalg::generalizeNamedOp(rewriter, op);
  }
  int64_t sides = 0, bodies = 0;
  auto markSide = [&](Operation *op) {
    op->setAttr(sideAttr, rewriter.getI64IntegerAttr(sides++));
  };
  for (tensor::PadOp pad : pads)
    if (failed(materializePad(rewriter, pad, markSide)))
      return; // left to bufferisation
  linalg::LinalgOp anchor = findAnchor(function), root = findRoot(function);
  if (root && root == anchor && anchor.getNumReductionLoops())
    root = appendIdentity(rewriter, root);
  if (anchor)
    anchor->setAttr(anchorAttr, rewriter.getUnitAttr());
  if (root)
    root->setAttr(rootAttr, rewriter.getUnitAttr());
  for (linalg::LinalgOp op : function.getBody().front().getOps<linalg::LinalgOp>())
    if (op != anchor && op != root && !op->hasAttr(sideAttr))
      op->setAttr(bodyAttr, rewriter.getI64IntegerAttr(bodies++));
}

MarkedOps findMarked(ModuleOp kernel) {
  MarkedOps marked;
  kernel.walk([&](linalg::LinalgOp op) {
    if (op->hasAttr(rootAttr))
      marked.root = op;
    if (op->hasAttr(anchorAttr))
      marked.anchor = op;
  });
  return marked;
}

namespace {
/// x^n of an integer that no multiplications stand for: LLVM takes one exponent for all lanes, and
/// of 32 bits only.
struct IntegerPowerAsPower : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FPowIOp op, PatternRewriter &rewriter) const override {
    Value exponent = arith::SIToFPOp::create(rewriter, op.getLoc(), op.getType(), op.getRhs());
    rewriter.replaceOpWithNewOp<math::PowFOp>(op, op.getLhs(), exponent);
    return success();
  }
};
} // namespace

void expandPowers(func::FuncOp function) {
  // The patterns are many, and few kernels have a power.
  auto isPower = [](Operation *op) {
    return isa<math::PowFOp, math::FPowIOp, math::IPowIOp>(op) ? WalkResult::interrupt()
                                                               : WalkResult::advance();
  };
  if (!function.walk(isPower).wasInterrupted())
    return;
  RewritePatternSet patterns(function.getContext());
  populateMathAlgebraicSimplificationPatterns(patterns);
  patterns.add<IntegerPowerAsPower>(function.getContext(), /*benefit=*/0);
  (void)applyPatternsGreedily(function, std::move(patterns)); // what is left is still right
}

OwningOpRef<ModuleOp> prepareKernel(std::string_view text, bool asWritten, MLIRContext &context) {
  OwningOpRef<ModuleOp> module = parseKernel(text, context);
  func::FuncOp function = module ? kernelFunction(*module) : func::FuncOp();
  if (!function)
    return {};
  expandPowers(function);
  if (!asWritten)
    generalizeKernel(function);
  toDestinationStyle(function);
  return module;
}

/// Where the values that `root` accumulates into come from: the empty tensor that its fill fills.
static OpOperand *destination(linalg::LinalgOp root) {
  OpOperand *init = root.getDpsInitOperand(0);
  while (auto fill = init->get().getDefiningOp<linalg::FillOp>()) {
    if (!fill->hasOneUse())
      return nullptr;
    init = fill.getDpsInitOperand(0);
  }
  return init->get().getDefiningOp<tensor::EmptyOp>() ? init : nullptr;
}

/// What a loop of the program carries is written to where it was carried: buffers made inside a
/// loop become one buffer for all of its iterations, so that a carried one would be overwritten
/// while the next iteration still reads it.
static void carryInPlace(func::FuncOp function) {
  function.walk([](scf::ForOp loop) {
    Operation *yield = loop.getBody()->getTerminator();
    OpBuilder builder(yield);
    for (auto [carried, next] : llvm::zip(loop.getRegionIterArgs(), yield->getOpOperands()))
      if (isa<RankedTensorType>(carried.getType()) && next.get() != carried)
        next.set(bufferization::MaterializeInDestinationOp::create(
                     builder, loop.getLoc(), carried.getType(), next.get(), carried)
                     .getResult());
  });
}

void toDestinationStyle(func::FuncOp function) {
  carryInPlace(function);
  Block &body = function.getBody().front();
  Location loc = function.getLoc();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  auto memrefOf = [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return MemRefType::get(tensor.getShape(), tensor.getElementType());
  };
  for (BlockArgument argument : body.getArguments()) {
    auto tensorType = cast<RankedTensorType>(argument.getType());
    argument.setType(memrefOf(tensorType));
    auto tensor = bufferization::ToTensorOp::create(builder, loc, tensorType, argument,
                                                    /*restrict=*/true, /*writable=*/false);
    argument.replaceAllUsesExcept(tensor, tensor);
  }
  Operation *terminator = body.getTerminator();
  builder.setInsertionPoint(terminator);
  linalg::LinalgOp root = findRoot(function);
  for (Value result : terminator->getOperands()) {
    BlockArgument out = body.addArgument(memrefOf(result.getType()), loc);
    // The root writes straight into the result: bufferisation alone finds that only for the last of
    // the parts that a schedule cuts it into.
    if (OpOperand *init = root && result == root->getResult(0) ? destination(root) : nullptr) {
      OpBuilder atStart = OpBuilder::atBlockBegin(&body);
      Value tensor = bufferization::ToTensorOp::create(atStart, loc, result.getType(), out,
                                                       /*restrict=*/true, /*writable=*/true);
      init->set(tensor);
    }
    auto store =
        bufferization::MaterializeInDestinationOp::create(builder, loc, Type(), result, out);
    store.setRestrict(true);
    store.setWritable(true);
  }
  // The attributes of the old arguments stay; the results have become arguments.
  SmallVector<Attribute> argAttrs;
  for (unsigned i = 0; i < body.getNumArguments(); ++i)
    argAttrs.push_back(i < function.getNumArguments() && function.getArgAttrDict(i)
                           ? function.getArgAttrDict(i)
                           : builder.getDictionaryAttr({}));
  terminator->eraseOperands(0, terminator->getNumOperands());
  function.setFunctionType(builder.getFunctionType(body.getArgumentTypes(), {}));
  function.removeResAttrsAttr();
  function.setArgAttrsAttr(builder.getArrayAttr(argAttrs));
}

} // namespace alt
