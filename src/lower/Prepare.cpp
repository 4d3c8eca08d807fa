#include "lower/Prepare.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
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
  for (tensor::PadOp pad : pads) {
    rewriter.setInsertionPoint(pad);
    (void)linalg::rewriteInDestinationPassingStyle(rewriter, pad);
  }
  UnitAttr unit = rewriter.getUnitAttr();
  if (linalg::LinalgOp anchor = findAnchor(function))
    anchor->setAttr(anchorAttr, unit);
  if (linalg::LinalgOp root = findRoot(function))
    root->setAttr(rootAttr, unit);
}

void toDestinationStyle(func::FuncOp function) {
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
  for (Value result : terminator->getOperands()) {
    BlockArgument out = body.addArgument(memrefOf(result.getType()), loc);
    auto store = bufferization::MaterializeInDestinationOp::create(builder, loc, Type(), result, out);
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
