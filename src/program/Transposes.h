// Transposes between channels first and channels last: how they are made, and marked.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

using Permutation = llvm::SmallVector<int64_t>;

/// On a transpose that leads back from channels last: it sinks. The others are met by it, and stay.
inline constexpr llvm::StringLiteral sinksAttr = "alt.sinks";

Permutation inverse(llvm::ArrayRef<int64_t> permutation);
bool isIdentity(llvm::ArrayRef<int64_t> permutation);

template <class T>
llvm::SmallVector<T> permuted(llvm::ArrayRef<T> values, llvm::ArrayRef<int64_t> permutation) {
  llvm::SmallVector<T> result;
  for (int64_t p : permutation)
    result.push_back(values[p]);
  return result;
}

mlir::Value emptyTensor(mlir::OpBuilder &, mlir::Location, llvm::ArrayRef<int64_t> shape,
                        mlir::Type element);

/// As linalg.transpose counts; the value itself when nothing moves.
mlir::Value transpose(mlir::OpBuilder &, mlir::Location, mlir::Value,
                      llvm::ArrayRef<int64_t> permutation, bool isSinking);

/// The sinking transpose that the value comes from, or null.
mlir::linalg::TransposeOp sinking(mlir::Value);

} // namespace alt
