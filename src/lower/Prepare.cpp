#include "lower/Prepare.h"
#include "lower/CropPads.h"
#include "lower/DestinationStyle.h"
#include "lower/ExpandPowers.h"
#include "lower/MaterializePad.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

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

OwningOpRef<ModuleOp> prepareKernel(std::string_view text, bool asWritten, MLIRContext &context) {
  OwningOpRef<ModuleOp> module = parseKernel(text, context);
  func::FuncOp function = module ? kernelFunction(*module) : func::FuncOp();
  if (!function)
    return {};
  expandPowers(function);
  separateCrops(function);
  if (!asWritten)
    generalizeKernel(function);
  toDestinationStyle(function);
  return module;
}

} // namespace alt
