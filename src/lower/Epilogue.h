// The elementwise ops after an anchor, computed from its result where that is at hand in a
// register.
#pragma once
#include "lower/RegisterTile.h"

namespace alt {

class Epilogue {
public:
  /// `root`: the op that ends the kernel; the anchor itself when nothing follows.
  Epilogue(mlir::RewriterBase &, mlir::linalg::LinalgOp anchor, mlir::linalg::LinalgOp root);

  /// Whether every element of the root's result depends on the anchor's result at the same index
  /// only, through ops that have a vector form.
  bool isPointwise();

  /// The root's result at `index` (its last dimension along the chunk's lanes), given what the
  /// anchor adds up to there; the anchor's own initial value is added.
  mlir::Value compute(mlir::Value sum, llvm::ArrayRef<mlir::OpFoldResult> index, const Chunk &);

private:
  /// An op of the epilogue and where its loops stand for an index of the root's result.
  struct Place {
    mlir::linalg::LinalgOp op;
    mlir::AffineMap loops;
  };
  std::optional<Place> rootPlace();
  std::optional<Place> producer(const Place &, mlir::OpOperand &);
  bool isPointwise(const Place &);
  bool isZero(mlir::Value);
  mlir::Value evaluate(const Place &, llvm::ArrayRef<mlir::OpFoldResult> index, const Chunk &);

  mlir::RewriterBase &b;
  mlir::linalg::LinalgOp anchor, root;
  mlir::Value sum;
};

} // namespace alt
