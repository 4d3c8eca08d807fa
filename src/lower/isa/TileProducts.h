// Register tiles in tile registers: a marked op keeps its loop nest until it is bufferised, and is
// written as loops over tiles then.
#pragma once
#include "lower/isa/DotProduct.h"
#include "mlir/IR/BuiltinOps.h"
#include "space/TileProduct.h"

namespace alt {

/// Marks an op that is to be computed in tiles: the instruction's name.
inline constexpr llvm::StringLiteral tileProductAttr = "alt.tile_product";
/// Its axes: rows (-1: none), columns, depth.
inline constexpr llvm::StringLiteral tileAxesAttr = "alt.tile_axes";
/// The operand whose tiles pass L1 by, if there is one.
inline constexpr llvm::StringLiteral tileStreamAttr = "alt.tile_stream";

/// It starts from zero; what its result holds before is not read.
inline constexpr llvm::StringLiteral tileFromZeroAttr = "alt.tile_from_zero";

/// The row of the table for the op's elements and signs; nullptr where there is none.
const ProductInstruction *matchTileProduct(mlir::linalg::LinalgOp, unsigned columns);

/// Nothing but its first input, element by element: what is appended where nothing follows a sum.
bool isPlainCopy(mlir::linalg::LinalgOp);

/// Zeros everywhere.
bool isZeroFill(mlir::linalg::LinalgOp);

/// In a register tile, on tensors: marked ops start from zero in registers instead of a tile of
/// zeros that was written, and write where a plain copy after them would.
void prepareTileProducts(mlir::RewriterBase &, mlir::Operation *scope);

/// Writes each marked op of the module's functions, on memrefs, in tile instructions; or in calls
/// to functions that emulate them. Fails with a diagnostic where an operand's rows are not known.
mlir::LogicalResult emitTileProducts(mlir::ModuleOp, bool emulated);

} // namespace alt
