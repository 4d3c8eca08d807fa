// Register tiles: linalg ops on small static tiles -> vector code with accumulators in registers.
#pragma once
#include "mlir/IR/PatternMatch.h"
#include "mlir/Support/LogicalResult.h"

namespace alt {

struct VectorizeOptions {
  int64_t lanes = 0;            ///< 32-bit elements in a vector
  int64_t maxTile = 0;          ///< vectors of accumulators or results that one op may take
  llvm::StringRef dotProducts;  ///< see dotProductInstructions
};

/// What transform.alt.vectorize_tile does (see AltTransformOps.td): every linalg op nested in
/// `scope`, block by block in program order. Fails with a diagnostic when one op takes too many
/// vectors.
mlir::LogicalResult vectorizeTiles(mlir::RewriterBase &, mlir::Operation *scope,
                                   const VectorizeOptions &);

} // namespace alt
