// 3x3 convolutions by Winograd's minimal filtering, batch by batch of tiles.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// Output tiles of m x m are counted through the images row by row.
struct WinogradBlocking {
  int64_t m = 4;
  int64_t unit = 1;    ///< tiles of a thread unit: all of them, or whole rows of tiles
  int64_t share = 0;   ///< output channels of a thread unit; 0: all. The last of either may be less
  int64_t batch = 1;   ///< tiles that are transformed, multiplied and transformed back together
  int64_t filters = 1; ///< output channels that are multiplied and transformed back together
  int64_t lanes = 16;  ///< elements in a vector
};

/// Replaces the convolution [n, h, w, f] += [n, h + kh, w + kw, c] * filter and the elementwise ops
/// after it. What is left for a schedule are the filter's transform (an alt.side) and, inside the
/// loops over batches, a batched matmul (the new alt.anchor) with its fill and a copy (the new
/// alt.root).
mlir::LogicalResult convolveByWinograd(mlir::RewriterBase &, mlir::linalg::LinalgOp convolution,
                                       const WinogradBlocking &);

} // namespace alt
