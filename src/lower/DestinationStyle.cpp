#include "lower/DestinationStyle.h"
#include "lower/Prepare.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace alt {

using namespace mlir;

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

/// Whether `next` is `carried` with elements stored into it, by loops, too, and nothing looks at an
/// earlier state later on: it then stays in the buffer that it is in.
static bool staysInPlace(Value next, Value carried) {
  while (next != carried) {
    Operation *writer = next.getDefiningOp();
    if (auto insert = dyn_cast_or_null<tensor::InsertOp>(writer))
      next = insert.getDest();
    else if (auto loop = dyn_cast_or_null<scf::ForOp>(writer))
      next = loop.getTiedLoopInit(cast<OpResult>(next))->get();
    else
      return false;
    for (Operation *user : next.getUsers()) {
      Operation *other = writer->getBlock()->findAncestorOpInBlock(*user);
      if (user != writer && !(other && other->isBeforeInBlock(writer)))
        return false;
    }
  }
  return true;
}

/// What a loop of the program carries is written to where it was carried: buffers made inside a
/// loop become one buffer for all of its iterations, so that a carried one would be overwritten
/// while the next iteration still reads it.
static void carryInPlace(func::FuncOp function) {
  function.walk([](scf::ForOp loop) {
    Operation *yield = loop.getBody()->getTerminator();
    OpBuilder builder(yield);
    for (auto [carried, next] : llvm::zip(loop.getRegionIterArgs(), yield->getOpOperands()))
      if (isa<RankedTensorType>(carried.getType()) && !staysInPlace(next.get(), carried))
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
