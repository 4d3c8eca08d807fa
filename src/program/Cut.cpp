#include "program/Cut.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "program/Simplify.h"

namespace alt {

using namespace mlir;

bool isRepeated(Operation *op) {
  if (isa<tensor::EmptyOp, linalg::FillOp>(op))
    return true;
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op)) {
    Operation *source = op->getOperand(0).getDefiningOp();
    return source && isRepeated(source);
  }
  return isPure(op) && op->getNumRegions() == 0 &&
         llvm::none_of(op->getResultTypes(), [](Type type) { return isa<TensorType>(type); });
}

// A slice that takes one piece of the outermost dimension that is longer than one.
static std::optional<int64_t> contiguousOffset(tensor::ExtractSliceOp slice) {
  RankedTensorType source = slice.getSourceType();
  int64_t elements = 1, offset = 0;
  for (int64_t extent : source.getShape())
    elements *= extent;
  bool whole = false; // all dimensions from here on must be taken whole
  for (int64_t i = 0; i < source.getRank(); ++i) {
    int64_t extent = source.getDimSize(i), size = slice.getStaticSizes()[i];
    int64_t begin = slice.getStaticOffsets()[i], step = slice.getStaticStrides()[i];
    if (ShapedType::isDynamic(begin) || ShapedType::isDynamic(size) || step != 1)
      return std::nullopt;
    elements /= extent;
    if (whole && size != extent)
      return std::nullopt;
    offset += begin * elements;
    whole = whole || size != 1;
  }
  int64_t bytes = offset * int64_t((source.getElementTypeBitWidth() + 7) / 8);
  return bytes % 64 == 0 ? std::optional<int64_t>(bytes) : std::nullopt;
}

bool isAlias(Operation *op) {
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return contiguousOffset(slice).has_value();
  return isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

int64_t aliasOffset(Operation *op) {
  auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
  return slice ? *contiguousOffset(slice) : 0;
}

static bool hasOneUser(Value value) {
  return !value.use_empty() && llvm::all_equal(value.getUsers());
}

static bool isAnchor(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumReductionLoops() > 0 && linalgOp.hasPureTensorSemantics();
}

// Pads belong to the op that reads them, unless there are several.
static bool belongsToReader(tensor::PadOp pad) {
  return hasOneUser(pad.getResult()) && isAnchor(*pad->user_begin()) &&
         pad.getConstantPaddingValue();
}

namespace {
class Cutter {
public:
  explicit Cutter(func::FuncOp function) : function(function) {}

  std::vector<Group> run() {
    for (Operation &op : function.getBody().front().without_terminator())
      place(&op);
    // A group runs where its last operation stood: all that it reads has been computed by then.
    llvm::sort(groups,
               [](const Group &a, const Group &b) { return a.last()->isBeforeInBlock(b.last()); });
    return std::move(groups);
  }

private:
  void place(Operation *op) {
    if (isRepeated(op) && !returned(op))
      return;
    if (isAlias(op))
      return;
    if (auto pad = dyn_cast<tensor::PadOp>(op); pad && belongsToReader(pad))
      return;
    std::optional<size_t> index = toFollow(op);
    if (index) {
      groups[*index].ops.push_back(op);
    } else {
      index = groups.size();
      groups.push_back(start(op));
    }
    groupOf[op] = *index;
  }

  static bool returned(Operation *op) {
    return llvm::any_of(op->getUsers(), [](Operation *user) { return isa<func::ReturnOp>(user); });
  }

  Group start(Operation *op) {
    Group group;
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      if (isAnchor(op) || isPointwise(linalgOp))
        group.anchor = linalgOp;
    if (isAnchor(op))
      for (Value operand : op->getOperands())
        if (auto pad = operand.getDefiningOp<tensor::PadOp>();
            pad && belongsToReader(pad) && !llvm::is_contained(group.ops, pad)) {
          group.ops.push_back(pad);
          ++group.pads;
        }
    group.ops.push_back(op);
    return group;
  }

  // The group that an elementwise op is the epilogue of: the latest of those that it reads element
  // by element and that nothing else reads.
  std::optional<size_t> toFollow(Operation *op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || !isPointwise(linalgOp) || isa<linalg::FillOp>(op) || op->getNumResults() != 1)
      return std::nullopt;
    AffineMap out = linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0));
    std::optional<size_t> latest;
    for (OpOperand *input : linalgOp.getDpsInputOperands()) {
      Operation *producer = input->get().getDefiningOp();
      auto found = producer ? groupOf.find(producer) : groupOf.end();
      if (found == groupOf.end() || !hasOneUser(input->get()) ||
          linalgOp.getMatchingIndexingMap(input) != out)
        continue;
      const Group &group = groups[found->second];
      if (!group.anchor || !isAnchor(group.anchor) || group.last() != producer ||
          producer->getNumResults() != 1)
        continue;
      if (!latest || groups[*latest].last()->isBeforeInBlock(producer))
        latest = found->second;
    }
    return latest;
  }

  func::FuncOp function;
  std::vector<Group> groups;
  llvm::DenseMap<Operation *, size_t> groupOf;
};
} // namespace

std::vector<Group> cut(func::FuncOp function) { return Cutter(function).run(); }

} // namespace alt
