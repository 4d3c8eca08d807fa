// Which operands a schedule packs, and how: what the script's pack_operand ops say, and what a
// kernel tells of its layouts.
#pragma once
#include "lower/InterleavedPanels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "space/LoopNest.h"

namespace alt {

/// transform.alt.pack_operand for one operand; or transpose_operand, where vectors run along a
/// reduction.
struct Panels {
  unsigned operand;
  int64_t tile; ///< the width of a panel: the register tile along the vector axis; or of a row
  Interleaving by;
  std::optional<int64_t> last = std::nullopt; ///< no panels, but this dimension is the last one
};

/// `instructions`: for products of narrow elements, see dotProductInstructions.
std::vector<Panels> panelsOf(const LoopNest &, mlir::linalg::LinalgOp anchor, int64_t lanes,
                             llvm::StringRef instructions);

} // namespace alt
