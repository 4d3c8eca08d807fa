#include "lower/VectorBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

namespace alt {

using namespace mlir;

bool hasVectorBody(linalg::LinalgOp op) {
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<linalg::IndexOp>(inner) || inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    // Division of the masked-off lanes would trap.
    if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp,
            arith::FloorDivSIOp, arith::CeilDivUIOp>(inner))
      return false;
    if (!OpTrait::hasElementwiseMappableTraits(&inner) || inner.getNumRegions() ||
        !llvm::all_of(inner.getResultTypes(), [](Type t) { return t.isIntOrIndexOrFloat(); }))
      return false;
  }
  return true;
}

Value toVector(RewriterBase &b, Location loc, Value value, int64_t lanes) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, loc, VectorType::get({lanes}, value.getType()), value);
}

SmallVector<Value> cloneBodyAsVectors(RewriterBase &b, linalg::LinalgOp op,
                                      ArrayRef<Value> arguments, ArrayRef<OpFoldResult> dims,
                                      int vectorAxis, const Chunk &chunk) {
  Location loc = op.getLoc();
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip(op.getBlock()->getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      Value at = getValueOrCreateConstantIndexOp(b, loc, dims[index.getDim()]);
      if (chunk.lanes && static_cast<int>(index.getDim()) == vectorAxis) {
        auto type = VectorType::get({chunk.lanes}, b.getIndexType());
        Value lane = vector::StepOp::create(b, loc, type);
        at = arith::AddIOp::create(b, loc, toVector(b, loc, at, chunk.lanes), lane);
      }
      mapping.map(index.getResult(), at);
      continue;
    }
    bool onVectors = llvm::any_of(inner.getOperands(), [&](Value operand) {
      return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
    });
    if (onVectors)
      for (Value operand : inner.getOperands())
        mapping.map(operand, toVector(b, loc, mapping.lookupOrDefault(operand), chunk.lanes));
    Operation *copy = b.clone(inner, mapping);
    if (onVectors)
      for (Value result : copy->getResults())
        result.setType(VectorType::get({chunk.lanes}, result.getType()));
    if (auto fast = dyn_cast<arith::ArithFastMathInterface>(copy)) {
      auto given = fast.getFastMathFlagsAttr(); // null where the op was made without
      auto flags =
          (given ? given.getValue() : arith::FastMathFlags::none) | arith::FastMathFlags::contract;
      copy->setAttr(fast.getFastMathAttrName(),
                    arith::FastMathFlagsAttr::get(b.getContext(), flags));
    }
  }
  SmallVector<Value> yielded;
  for (Value value : op.getBlock()->getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return yielded;
}

} // namespace alt
