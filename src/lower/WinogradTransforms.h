// Applying the matrices of Winograd's minimal filtering to vectors.
#pragma once
#include "space/WinogradMatrices.h"
#include "mlir/IR/Builders.h"

namespace alt {

/// matrix * d * matrix^T on vectors, d(i, j) being what `read` returns. Row by row.
llvm::SmallVector<mlir::Value>
transformTile(mlir::OpBuilder &, mlir::Location, const MatrixRows &,
              llvm::function_ref<mlir::Value(int64_t, int64_t)> read);

} // namespace alt
