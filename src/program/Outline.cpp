#include "program/Outline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

namespace alt {

using namespace mlir;

namespace {
class Outliner {
public:
  Outliner(const Group &group, const std::function<bool(Value)> &isConstant)
      : group(group), isConstant(isConstant), builder(group.last()->getContext()) {}

  Outlined run() {
    for (Operation *op : group.ops)
      gather(op);
    Location loc = builder.getUnknownLoc();
    Outlined out;
    out.inputs.assign(inputs.begin(), inputs.end());
    out.outputs.assign(group.last()->result_begin(), group.last()->result_end());
    out.module = ModuleOp::create(loc);
    builder.setInsertionPointToStart(out.module->getBody());
    auto type = builder.getFunctionType(ValueRange(out.inputs).getTypes(),
                                        ValueRange(out.outputs).getTypes());
    auto function = func::FuncOp::create(builder, loc, "kernel", type);
    Block *body = function.addEntryBlock();
    for (auto [index, input] : llvm::enumerate(out.inputs)) {
      mapping.map(input, body->getArgument(index));
      if (isConstant(input))
        function.setArgAttr(index, "alt.constant", builder.getUnitAttr());
    }
    builder.setInsertionPointToStart(body);
    for (Operation *op : group.ops)
      clone(op);
    SmallVector<Value> results;
    for (Value output : out.outputs)
      results.push_back(mapping.lookup(output));
    func::ReturnOp::create(builder, loc, results);
    function.walk([&](Operation *op) { op->setLoc(loc); });
    if (group.anchor)
      out.anchor =
          cast<linalg::LinalgOp>(mapping.lookup(group.anchor->getResult(0)).getDefiningOp());
    llvm::raw_string_ostream(out.text) << *out.module;
    return out;
  }

private:
  // Everything that `op` needs from outside, its regions included; what is repeated is looked
  // through.
  void gather(Operation *op) {
    llvm::SetVector<Value> needed;
    needed.insert(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), needed);
    for (Value value : needed) {
      Operation *from = value.getDefiningOp();
      if (from && (llvm::is_contained(group.ops, from) || !seen.insert(from).second))
        continue;
      if (from && isRepeated(from))
        gather(from);
      else if (isa<TensorType>(value.getType()))
        inputs.insert(value);
      if (from && !isRepeated(from))
        seen.erase(from); // another of its results may be needed, too
    }
  }

  void clone(Operation *op) {
    llvm::SetVector<Value> needed;
    needed.insert(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), needed);
    for (Value value : needed)
      if (Operation *from = value.getDefiningOp(); from && !mapping.contains(value))
        clone(from);
    if (auto concat = dyn_cast<tensor::ConcatOp>(op))
      return cloneConcat(concat);
    Operation *copy = builder.clone(*op, mapping);
    copy->setDiscardableAttrs(builder.getDictionaryAttr({}));
    if (isa<tensor::ExtractSliceOp>(op) && op == group.last())
      mapping.map(op->getResult(0), copied(copy->getResult(0), emptyLike(copy->getResult(0))));
  }

  Value emptyLike(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return tensor::EmptyOp::create(builder, value.getLoc(), type.getShape(), type.getElementType());
  }

  Value copied(Value from, Value to) {
    return linalg::CopyOp::create(builder, from.getLoc(), from, to).getResult(0);
  }

  // Loops that copy into slices; tensor.concat itself has no lowering.
  void cloneConcat(tensor::ConcatOp concat) {
    RankedTensorType type = concat.getResultType();
    Location loc = concat.getLoc();
    Value whole = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    int64_t begin = 0;
    for (Value input : concat.getInputs()) {
      auto part = cast<RankedTensorType>(input.getType());
      SmallVector<OpFoldResult> sizes =
          getAsIndexOpFoldResult(builder.getContext(), part.getShape());
      offsets[concat.getDim()] = builder.getIndexAttr(begin);
      begin += part.getDimSize(int64_t(concat.getDim()));
      Value slice = tensor::ExtractSliceOp::create(builder, loc, whole, offsets, sizes, strides);
      slice = copied(mapping.lookup(input), slice);
      whole = tensor::InsertSliceOp::create(builder, loc, slice, whole, offsets, sizes, strides);
    }
    mapping.map(concat.getResult(), whole);
  }

  const Group &group;
  const std::function<bool(Value)> &isConstant;
  OpBuilder builder;
  IRMapping mapping;
  llvm::SetVector<Value> inputs;
  llvm::DenseSet<Operation *> seen;
};
} // namespace

Outlined outline(const Group &group, const std::function<bool(Value)> &isConstant) {
  return Outliner(group, isConstant).run();
}

} // namespace alt
