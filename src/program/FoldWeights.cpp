// What is done to weights before any run is done here, once.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "program/ReadModule.h"
#include "program/Simplify.h"

namespace alt {

using namespace mlir;

std::optional<size_t> weightOf(mlir::Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return std::nullopt;
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return std::nullopt;
  auto index = function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), weightAttribute);
  return index ? std::optional<size_t>(index.getInt()) : std::nullopt;
}

// The argument that stands for the weight: one a weight, so that its readers can be seen to read
// the same.
static mlir::Value argumentFor(func::FuncOp function, RankedTensorType type, size_t weight) {
  for (BlockArgument argument : function.getArguments())
    if (argument.getType() == type && weightOf(argument) == weight)
      return argument;
  unsigned index = function.getNumArguments();
  Builder builder(function.getContext());
  auto attributes = builder.getDictionaryAttr(
      builder.getNamedAttr(weightAttribute, builder.getI64IntegerAttr(int64_t(weight))));
  (void)function.insertArgument(index, type, attributes, function.getLoc());
  return function.getArgument(index);
}

Result<void> takeWeights(func::FuncOp function, Weights &weights) {
  Builder builder(function.getContext());
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto refuse = [&](const char *attribute, const char *wanted) {
      return Error{ErrorKind::invalidInput, place(function.getArgument(i).getLoc()) + attribute +
                                                " of argument " + std::to_string(i) + " must be " +
                                                wanted + "."};
    };
    auto offset = function.getArgAttrOfType<IntegerAttr>(i, "alt.offset");
    auto splat = function.getArgAttrOfType<FloatAttr>(i, "alt.splat");
    if (!offset && function.getArgAttr(i, "alt.offset"))
      return refuse("alt.offset", "an i64, where its bytes begin in the weights file");
    if (offset && (!offset.getType().isInteger(64) || offset.getInt() < 0))
      return refuse("alt.offset", "an i64 that is not negative");
    if (!splat && function.getArgAttr(i, "alt.splat"))
      return refuse("alt.splat", "an f64, the number that is repeated");
    if (offset && splat)
      return refuse("alt.splat", "without alt.offset");
    if (!offset && !splat && !function.getArgAttr(i, "alt.constant"))
      continue;
    auto type = cast<RankedTensorType>(function.getArgument(i).getType());
    Weight weight;
    weight.type = *elementType(type.getElementType());
    weight.shape = type.getShape();
    if (offset)
      weight.fileOffset = offset.getInt();
    if (splat)
      weight.splat = splat.getValueAsDouble();
    function.setArgAttr(i, weightAttribute,
                        builder.getI64IntegerAttr(int64_t(weights.add(std::move(weight)))));
  }
  return {};
}

template <class T> static void append(std::vector<std::byte> &data, T value) {
  auto bytes = reinterpret_cast<const std::byte *>(&value);
  data.insert(data.end(), bytes, bytes + sizeof value);
}

static std::vector<std::byte> bytesOf(DenseElementsAttr dense, ElementType type) {
  std::vector<std::byte> data;
  if (auto floats = dyn_cast<DenseFPElementsAttr>(dense))
    for (const APFloat &value : floats) {
      uint64_t bits = value.bitcastToAPInt().getZExtValue();
      auto from = reinterpret_cast<const std::byte *>(&bits); // little-endian, as the file is
      data.insert(data.end(), from, from + bytes(type));
    }
  else
    for (const APInt &value : dense.getValues<APInt>()) {
      uint64_t bits = value.getZExtValue();
      auto from = reinterpret_cast<const std::byte *>(&bits);
      data.insert(data.end(), from, from + bytes(type));
    }
  return data;
}

static double splatOf(DenseElementsAttr dense, ElementType type) {
  if (auto floats = dyn_cast<DenseFPElementsAttr>(dense)) {
    APFloat value = floats.getSplatValue<APFloat>();
    bool inexact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
    return value.convertToDouble();
  }
  APInt value = dense.getSplatValue<APInt>();
  return type == ElementType::i1 ? double(value.getZExtValue()) : double(value.getSExtValue());
}

void constantsToWeights(func::FuncOp function, Weights &weights, bool all) {
  for (arith::ConstantOp constant :
       llvm::make_early_inc_range(function.getBody().front().getOps<arith::ConstantOp>())) {
    auto type = dyn_cast<RankedTensorType>(constant.getType());
    std::optional<ElementType> kind = type ? elementType(type.getElementType()) : std::nullopt;
    if (!kind)
      continue;
    Weight weight;
    weight.type = *kind;
    weight.shape = type.getShape();
    if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue())) {
      if (dense.isSplat() && !all)
        continue;
      // Doubles hold every splat but the widest integers, which then take room as bytes.
      if (dense.isSplat() && *kind != ElementType::i64)
        weight.splat = splatOf(dense, *kind);
      else
        weight.data = bytesOf(dense, *kind);
    } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue())) {
      AsmResourceBlob *blob = resource.getRawHandle().getBlob();
      if (!blob || blob->getData().size() != size_t(weight.elements()) * bytes(*kind))
        continue; // refused when it is cut
      auto from = reinterpret_cast<const std::byte *>(blob->getData().data());
      weight.data.assign(from, from + blob->getData().size());
    } else {
      continue;
    }
    constant.getResult().replaceAllUsesWith(
        argumentFor(function, type, weights.add(std::move(weight))));
    constant.erase();
  }
}

// A copy in another order of dimensions: the permutation from the input's to the result's.
static std::optional<std::vector<int64_t>> asTranspose(Operation &op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || !isPointwise(linalgOp) || linalgOp.getNumDpsInputs() != 1 ||
      linalgOp.getNumDpsInits() != 1)
    return std::nullopt;
  Operation *yield = linalgOp.getBlock()->getTerminator();
  AffineMap in = linalgOp.getMatchingIndexingMap(linalgOp.getDpsInputOperand(0));
  AffineMap out = linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0));
  if (yield->getOperand(0) != linalgOp.getBlock()->getArgument(0) || !in.isPermutation())
    return std::nullopt;
  std::vector<int64_t> permutation; // result dimension i runs over input dimension permutation[i]
  for (AffineExpr expr : out.getResults())
    permutation.push_back(int64_t(*in.getResultPosition(expr)));
  return permutation;
}

Result<void> foldWeights(func::FuncOp function, Weights &weights) {
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    if (op.getNumOperands() == 0 || op.getNumResults() != 1)
      continue;
    std::optional<size_t> weight = weightOf(op.getOperand(0));
    auto type = dyn_cast<RankedTensorType>(op.getResult(0).getType());
    if (!weight || !type)
      continue;
    size_t folded;
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
      folded = weights.reshape(*weight, type.getShape().vec());
    } else if (std::optional<std::vector<int64_t>> permutation = asTranspose(op)) {
      Result<size_t> transposed = weights.transpose(*weight, *permutation);
      if (!transposed)
        return transposed.error();
      folded = *transposed;
    } else {
      continue;
    }
    op.getResult(0).replaceAllUsesWith(argumentFor(function, type, folded));
    op.erase();
  }
  return {};
}

void dropUnusedWeights(func::FuncOp function) {
  llvm::BitVector unused(function.getNumArguments());
  for (BlockArgument argument : function.getArguments())
    if (argument.use_empty() && weightOf(argument))
      unused.set(argument.getArgNumber());
  (void)function.eraseArguments(unused);
}

} // namespace alt
