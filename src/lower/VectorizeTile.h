// Register tiles: linalg ops on small static tiles -> vector code with accumulators in registers.
#pragma once
#include "mlir/IR/PatternMatch.h"
#include "mlir/Support/LogicalResult.h"

namespace alt {

/// What transform.alt.vectorize_tile does (see AltTransformOps.td): every linalg op nested in
/// `scope`, block by block in program order. `lanes` 32-bit elements make a vector; fails with a
/// diagnostic when one op would take more than `maxTile` vectors of accumulators or results.
mlir::LogicalResult vectorizeTiles(mlir::RewriterBase &, mlir::Operation *scope, int64_t lanes,
                                   int64_t maxTile);

} // namespace alt
