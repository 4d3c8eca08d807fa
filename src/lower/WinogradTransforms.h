// Winograd's minimal filtering F(m, 3): its matrices, and applying them to vectors.
#pragma once
#include "mlir/IR/Builders.h"
#include <vector>

namespace alt {

using MatrixRows = std::vector<std::vector<double>>;

/// y = A^T ((G g) * (B^T d)): m outputs of a filter of 3 taps from m + 2 inputs by m + 2
/// multiplications.
struct WinogradTransforms {
  MatrixRows input;  ///< B^T
  MatrixRows filter; ///< G
  MatrixRows output; ///< A^T
};

/// m is 2 (points 0, 1, -1) or 4 (points 0, 1, -1, 2, -2).
const WinogradTransforms &winogradTransforms(int64_t m);

/// matrix * d * matrix^T on vectors, d(i, j) being what `read` returns. Row by row.
llvm::SmallVector<mlir::Value>
transformTile(mlir::OpBuilder &, mlir::Location, const MatrixRows &,
              llvm::function_ref<mlir::Value(int64_t, int64_t)> read);

} // namespace alt
