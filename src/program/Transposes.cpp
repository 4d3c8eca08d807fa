#include "program/Transposes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLExtras.h"

namespace alt {

using namespace mlir;

Permutation inverse(ArrayRef<int64_t> permutation) {
  Permutation result(permutation.size());
  for (auto [i, p] : llvm::enumerate(permutation))
    result[p] = int64_t(i);
  return result;
}

bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, int64_t(permutation.size())));
}

Value emptyTensor(OpBuilder &b, Location loc, ArrayRef<int64_t> shape, Type element) {
  return tensor::EmptyOp::create(b, loc, shape, element);
}

Value transpose(OpBuilder &b, Location loc, Value value, ArrayRef<int64_t> permutation,
                bool isSinking) {
  if (isIdentity(permutation))
    return value;
  auto type = cast<RankedTensorType>(value.getType());
  Value empty = emptyTensor(b, loc, permuted(type.getShape(), permutation), type.getElementType());
  auto op = linalg::TransposeOp::create(b, loc, value, empty, permutation);
  if (isSinking)
    op->setAttr(sinksAttr, b.getUnitAttr());
  return op->getResult(0);
}

linalg::TransposeOp sinking(Value value) {
  auto op = value.getDefiningOp<linalg::TransposeOp>();
  return op && op->hasAttr(sinksAttr) ? op : linalg::TransposeOp();
}

} // namespace alt
