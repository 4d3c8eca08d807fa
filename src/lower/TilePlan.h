// How an op's register tile is taken apart: which axis goes along the lanes, in which chunks, and
// what is accumulated in which order.
#pragma once
#include "lower/RegisterTile.h"
#include "lower/VectorizeTile.h"
#include "lower/isa/DotProduct.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace alt {

struct TilePlan {
  /// nullopt: the op has no vector form and stays as it is.
  static std::optional<TilePlan> of(mlir::linalg::LinalgOp, const VectorizeOptions &);

  /// One parallel point of the tile: axis values, with the vector axis at its chunk's start.
  struct Point {
    llvm::SmallVector<int64_t> index;
    Chunk chunk;
  };

  llvm::SmallVector<int64_t> extents, unroll; ///< of all axes
  llvm::SmallVector<unsigned> reductions;     ///< outermost first
  int vectorAxis = -1;                        ///< -1: none
  llvm::SmallVector<Chunk> chunks;
  llvm::SmallVector<Point> points;
  std::optional<DotProduct> dot; ///< several steps in one instruction

  /// Vectors that results or accumulators take.
  int64_t size() { return static_cast<int64_t>(points.size() * op.getNumDpsInits()); }
  bool isReduction(unsigned axis);
  /// The lanes hold partial results, which are combined at the end.
  bool vectorReduction() { return vectorAxis >= 0 && isReduction(vectorAxis); }
  size_t chunkNumber(const Point &) const;
  /// The axis along which results lie side by side in memory; -1 where there is none.
  int alongResult();

private:
  TilePlan(mlir::linalg::LinalgOp, const VectorizeOptions &);
  void collectReductions();
  void chooseVectorAxis();
  int innermostAxis();
  void cutChunks(int64_t lanes);
  void collectPoints();
  void chooseInstruction(llvm::StringRef instructions);
  bool sharesExcess();

  mlir::linalg::LinalgOp op;
};

/// The single combiner of the op's one result (add of a dot product, max of a pooling), or null.
mlir::Operation *findCombiner(mlir::linalg::LinalgOp);
std::optional<mlir::vector::CombiningKind> combiningKind(mlir::Operation *combiner);
/// Whether the body sums an input or a product of two, of which `isZero` holds.
bool addsNothing(mlir::linalg::LinalgOp, llvm::function_ref<bool(mlir::OpOperand &)> isZero);

} // namespace alt
