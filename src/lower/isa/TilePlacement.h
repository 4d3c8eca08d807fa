// Which tile registers a marked op uses for what, and where in a function their shapes are set.
#pragma once
#include "lower/isa/TileProducts.h"
#include "lower/isa/TileUnit.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// Rows of the result that a tile has: along the axis of rows, at one place of all other axes.
struct RowTile {
  int64_t number;
  llvm::SmallVector<std::pair<unsigned, int64_t>> position; ///< of axes
  int64_t count;
  unsigned tile; ///< for the factor's elements
};
struct ColumnTile {
  int64_t number, start, count;
  unsigned tile;
};

struct TiledOp {
  mlir::linalg::LinalgOp op;
  const ProductInstruction *instruction;
  std::optional<unsigned> rows; ///< axes
  unsigned columns, depth;
  unsigned spread, along, result;         ///< operands
  std::optional<unsigned> stream;         ///< operand
  llvm::SmallVector<unsigned> reductions; ///< outermost first; depth is the last
  int64_t unroll = 1;                     ///< products along the depth
  int64_t depthOfProduct = 1;             ///< steps of the reduction
  llvm::SmallVector<RowTile> rowTiles;
  llvm::SmallVector<ColumnTile> columnTiles;

  int64_t steps() const { return instruction->steps; }
  int64_t rowBytes() const { return instruction->tile->rowBytes; }
  int64_t mostRows() const { return instruction->tile->rows; }
  unsigned sum(const RowTile &row, const ColumnTile &column) const {
    return static_cast<unsigned>(row.number * static_cast<int64_t>(columnTiles.size()) +
                                 column.number);
  }
  TileShapes shapes() const;
};

/// In the order in which they stand. A diagnostic tells of one that takes too many tiles.
mlir::FailureOr<std::vector<TiledOp>> tiledOps(mlir::func::FuncOp);

/// Sets the shapes before the outermost loop in which all ops have the same; once for neighbours
/// that have. Released where the function ends.
void configureTiles(mlir::OpBuilder &, TileUnit &, mlir::func::FuncOp, llvm::ArrayRef<TiledOp>);

} // namespace alt
