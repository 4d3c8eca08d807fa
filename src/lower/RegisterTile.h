// The parts of a register tile: chunks of vector lanes, operands read into them, results kept in
// registers for the next op. Used by VectorizeTile only.
#pragma once
#include "lower/PaddedSlice.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include <map>

namespace alt {

/// Lanes [start, start + valid) of the vector axis, in a vector of `lanes`. lanes == 0: a scalar.
struct Chunk {
  int64_t start = 0, lanes = 0, valid = 0;
};

/// Whole vectors of `width`, then what is left under a mask: as wide as those before, since where
/// both halves and wholes of a broadcast are multiplied LLVM spills the accumulators; alone, the
/// next power of two.
llvm::SmallVector<Chunk> cutIntoChunks(int64_t extent, int64_t width);

/// The chunk's valid lanes; null when all are.
mlir::Value maskFor(mlir::OpBuilder &, mlir::Location, const Chunk &);

/// A tensor whose value is known as vectors: tensor index (chunk start along `vectorDim`) -> value.
struct RegisterTile {
  struct Part {
    Chunk chunk;
    mlir::Value value;
  };
  int vectorDim = -1; ///< the tensor dimension that runs along the lanes; -1: scalars
  std::map<llvm::SmallVector<int64_t>, Part> parts;
};

class RegisterTiles {
public:
  void remember(mlir::Value tensor, RegisterTile tile) { tiles[tensor] = std::move(tile); }
  const RegisterTile *find(mlir::Value tensor) const {
    auto it = tiles.find(tensor);
    return it == tiles.end() ? nullptr : &it->second;
  }

private:
  llvm::DenseMap<mlir::Value, RegisterTile> tiles;
};

/// Reads operands of one op: from registers when the producer left them there, by contiguous vector
/// loads where the vector axis runs along the last dimension, lane by lane otherwise, as a scalar
/// when the operand does not depend on the vector axis.
class TileReader {
public:
  TileReader(mlir::RewriterBase &, mlir::linalg::LinalgOp, const RegisterTiles &);
  /// From now on the operand is read through its padding: read() returns null on the padding.
  void readThroughPadding(mlir::OpOperand &operand, PaddedSlice slice) {
    padded[operand.getOperandNumber()] = std::move(slice);
  }
  mlir::Value read(mlir::OpOperand &, llvm::ArrayRef<mlir::OpFoldResult> dims, int vectorAxis,
                   const Chunk &);
  /// Whether the lanes of a vector that are not valid are zeros.
  bool readsZerosBehind(mlir::OpOperand &, int vectorAxis);
  /// Of an operand packed by packInterleaved the group of steps that begins at dims[axis]:
  /// chunk.lanes times `steps` elements.
  mlir::Value readInterleaved(mlir::OpOperand &, llvm::ArrayRef<mlir::OpFoldResult> dims,
                              unsigned axis, int64_t steps, int vectorAxis, const Chunk &);
  mlir::OpFoldResult offset(mlir::Value, int64_t by);
  /// Values read inside a loop body are not visible after it.
  void enterScope() { cache.emplace_back(); }
  void leaveScope() { cache.pop_back(); }

private:
  mlir::Value readRegister(mlir::OpOperand &, llvm::ArrayRef<mlir::OpFoldResult> dims,
                           int vectorAxis, const Chunk &);
  Chunk inPanel(mlir::OpOperand &, const Chunk &);
  mlir::Value readVector(mlir::Value tensor, llvm::ArrayRef<mlir::Value> at, const Chunk &);
  mlir::Value readMemory(mlir::OpOperand &, llvm::ArrayRef<mlir::OpFoldResult> dims, int vectorAxis,
                         const Chunk &);
  llvm::SmallVector<mlir::Value> indices(mlir::AffineMap, llvm::ArrayRef<mlir::OpFoldResult> dims,
                                         const PaddedSlice * = nullptr);

  bool onPadding(const PaddedSlice &, mlir::AffineMap, llvm::ArrayRef<mlir::OpFoldResult> dims);

  using Key = std::pair<unsigned, llvm::SmallVector<const void *>>;
  mlir::RewriterBase &b;
  mlir::linalg::LinalgOp op;
  const RegisterTiles &registers;
  std::vector<std::map<Key, mlir::Value>> cache;
  llvm::DenseMap<unsigned, PaddedSlice> padded; ///< by operand number
};

/// Writes one result's points into its tensor and remembers them as a RegisterTile.
class TileWriter {
public:
  TileWriter(mlir::RewriterBase &, mlir::linalg::LinalgOp, mlir::OpOperand &init);
  void write(mlir::Value, llvm::ArrayRef<int64_t> index, int vectorAxis, const Chunk &);
  mlir::Value result() const { return tensor; }
  RegisterTile takeTile() { return std::move(tile); }

private:
  mlir::RewriterBase &b;
  mlir::Location loc;
  mlir::AffineMap map;
  mlir::Value tensor;
  RegisterTile tile;
};

} // namespace alt
