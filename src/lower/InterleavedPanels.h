// Panels in the layout that the instructions for products of narrow elements take their lanes in.
#pragma once
#include "mlir/IR/PatternMatch.h"

namespace alt {

/// Steps of a reduction that lie side by side in a packed operand.
struct Interleaving {
  int64_t steps = 1;     ///< 1: none
  int64_t dimension = 0; ///< of the operand, along which the steps go
  int64_t multiple = 1;  ///< there are so many groups of steps or a multiple, with zeros at the end
};

/// Marks an op that reads its operand so: how many steps.
inline constexpr llvm::StringLiteral interleavedAttr = "alt.interleaved";

/// Of panels as wide as `tile` that a tensor is packed into: [..., k, ..., n] -> [n / tile]
/// [..., k / steps, ...] [tile * steps].
std::vector<int64_t> panelShape(llvm::ArrayRef<int64_t> shape, int64_t tile, const Interleaving &);

/// base[..., k, ..., n] -> panels[n / tile][..., k / steps, ...][n % tile * steps + k % steps], by
/// loops after base. What the last steps lack is zero, as are the groups behind.
mlir::Value packInterleaved(mlir::RewriterBase &, mlir::Value base, int64_t tile,
                            const Interleaving &);

} // namespace alt
