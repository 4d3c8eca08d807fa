// On memrefs: loops over tiles in place of marked ops.
#include "lower/isa/TilePlacement.h"
#include "lower/isa/TileProducts.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace alt {

using namespace mlir;

namespace {

/// Where an operand's elements are: a number of bytes that is linear in the op's axes, from `base`
/// on.
struct Memory {
  Value base;       ///< an address, as an index
  AffineExpr bytes; ///< of the op's axes; where steps lie side by side, depth counts groups of them
  int64_t stride(unsigned axis) const {
    AffineExpr d = getAffineDimExpr(axis, bytes.getContext());
    auto difference = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(bytes.replace(d, d + 1) - bytes, axis + 64, 0));
    assert(difference && "memory is linear in every axis");
    return difference.getValue();
  }
};

/// One marked op.
class TileEmitter {
public:
  TileEmitter(OpBuilder &b, TileUnit &unit, const TiledOp &tiled)
      : b(b), unit(unit), tiled(tiled), op(tiled.op), loc(op.getLoc()),
        dims(op.getNumLoops(), b.getIndexAttr(0)) {}

  LogicalResult emit() {
    b.setInsertionPoint(op);
    for (OpOperand &operand : op->getOpOperands()) {
      auto memory = memoryOf(operand);
      if (failed(memory))
        return op.emitError("rows of operand ")
               << operand.getOperandNumber() << " are not at known places, as tiles want them";
      memories.push_back(*memory);
    }
    forEachSum([&](unsigned sum, const RowTile &rows, const ColumnTile &columns) {
      if (op->hasAttr(tileFromZeroAttr))
        unit.zero(loc, sum);
      else
        unit.load(loc, sum, at(tiled.result, rows, columns), strideOf(tiled.result), false);
    });
    reduce(0);
    forEachSum([&](unsigned sum, const RowTile &rows, const ColumnTile &columns) {
      unit.store(loc, sum, at(tiled.result, rows, columns), strideOf(tiled.result));
    });
    op.erase();
    return success();
  }

private:
  FailureOr<Memory> memoryOf(OpOperand &operand) {
    auto type = cast<MemRefType>(operand.get().getType());
    SmallVector<int64_t> strides;
    int64_t offset = 0;
    if (failed(type.getStridesAndOffset(strides, offset)) ||
        llvm::any_of(strides, ShapedType::isDynamic))
      return failure();
    int64_t size = type.getElementTypeBitWidth() / 8;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    AffineExpr depth = b.getAffineDimExpr(tiled.depth), bytes = b.getAffineConstantExpr(0);
    int64_t steps = tiled.steps();
    bool interleaved = operand.getOperandNumber() == tiled.along;
    DenseMap<AffineExpr, AffineExpr> groups{{depth.floorDiv(steps), depth},
                                            {depth % steps, b.getAffineConstantExpr(0)}};
    for (auto [expr, stride] : llvm::zip(map.getResults(), strides))
      bytes = bytes + (interleaved ? expr.replace(groups) : expr) * (stride * size);
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, operand.get());
    Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, operand.get());
    AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
    OpFoldResult start = metadata.getConstifiedMixedOffset();
    OpFoldResult sum =
        affine::makeComposedFoldedAffineApply(b, loc, d0 + d1 * size, {OpFoldResult(base), start});
    return Memory{getValueOrCreateConstantIndexOp(b, loc, sum),
                  simplifyAffineExpr(bytes, op.getNumLoops(), 0)};
  }

  Value pointerTo(Value address) {
    Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), address);
    return LLVM::IntToPtrOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()), number);
  }

  /// With the axes as they stand in `dims`, which has the depth in groups of steps.
  Value pointer(unsigned operand) {
    const Memory &memory = memories[operand];
    AffineExpr bytes = memory.bytes;
    if (operand == tiled.spread) {
      AffineExpr depth = b.getAffineDimExpr(tiled.depth);
      bytes = bytes.replace(depth, depth * tiled.steps());
    }
    OpFoldResult offset = affine::makeComposedFoldedAffineApply(
        b, loc, AffineMap::get(op.getNumLoops(), 0, bytes), dims);
    Value at =
        arith::AddIOp::create(b, loc, memory.base, getValueOrCreateConstantIndexOp(b, loc, offset));
    return pointerTo(at);
  }

  Value number(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(value));
  }

  /// From a row of the operand to the next: of `along` rows are groups of steps.
  Value strideOf(unsigned operand) {
    bool ofDepth = operand == tiled.along;
    if (!ofDepth && !tiled.rows)
      return number(tiled.rowBytes()); // one row
    return number(memories[operand].stride(ofDepth ? tiled.depth : *tiled.rows));
  }

  void place(const RowTile &rows) {
    for (auto [axis, position] : rows.position)
      dims[axis] = b.getIndexAttr(position);
  }
  void place(const ColumnTile &columns) { dims[tiled.columns] = b.getIndexAttr(columns.start); }

  Value at(unsigned operand, const RowTile &rows, const ColumnTile &columns) {
    place(rows);
    place(columns);
    return pointer(operand);
  }

  template <class Visit> void forEachSum(Visit visit) {
    for (const RowTile &rows : tiled.rowTiles)
      for (const ColumnTile &columns : tiled.columnTiles)
        visit(tiled.sum(rows, columns), rows, columns);
  }

  /// Loops over the reduction from number `level` on; depth is the last.
  void reduce(unsigned level) {
    unsigned axis = tiled.reductions[level];
    if (axis == tiled.depth)
      return alongDepth();
    int64_t extent = op.getStaticLoopRanges()[axis];
    loop(0, extent, 1, [&](OpFoldResult at) {
      dims[axis] = at;
      reduce(level + 1);
    });
  }

  template <class Body> void loop(int64_t from, int64_t to, int64_t step, Body body) {
    if (to - from <= step)
      return to > from ? body(OpFoldResult(b.getIndexAttr(from))) : void();
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    Value low = constant(from), high = constant(to), by = constant(step);
    auto loop = scf::ForOp::create(b, loc, low, high, by);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    body(OpFoldResult(loop.getInductionVar()));
  }

  /// Several products in the body of the loop, the rest behind it; what no product is full of last.
  void alongDepth() {
    int64_t extent = op.getStaticLoopRanges()[tiled.depth],
            groups = tiled.depthOfProduct / tiled.steps(), whole = extent / tiled.depthOfProduct,
            inLoop = whole / tiled.unroll * tiled.unroll;
    auto product = [&](OpFoldResult start, int64_t number) {
      dims[tiled.depth] = affine::makeComposedFoldedAffineApply(
          b, loc, b.getAffineDimExpr(0) + number * groups, {start});
      multiply(Value());
    };
    loop(0, inLoop * groups, tiled.unroll * groups, [&](OpFoldResult start) {
      for (int64_t number = 0; number < tiled.unroll; ++number)
        product(start, number);
    });
    for (int64_t number = inLoop; number < whole; ++number)
      product(b.getIndexAttr(0), number);
    if (int64_t rest = extent % tiled.depthOfProduct) {
      dims[tiled.depth] = b.getIndexAttr(whole * groups);
      Value copy = copyRest(whole * tiled.depthOfProduct, rest);
      multiply(copy);
    }
  }

  /// The tiles of one step; `copy`: where those of `spread` are, instead of in the operand.
  void multiply(Value copy) {
    bool holdsColumns = tiled.columnTiles.size() <= tiled.rowTiles.size();
    auto loadRows = [&](const RowTile &rows, unsigned into) {
      place(rows);
      if (!copy)
        return unit.load(loc, into, pointer(tiled.spread), strideOf(tiled.spread),
                         tiled.stream == tiled.spread);
      Value offset = arith::ConstantIndexOp::create(b, loc, copyBytes(rows));
      unit.load(loc, into, pointerTo(arith::AddIOp::create(b, loc, copy, offset)),
                number(tiled.rowBytes()), false);
    };
    auto loadColumns = [&](const ColumnTile &columns, unsigned into) {
      place(columns);
      unit.load(loc, into, pointer(tiled.along), strideOf(tiled.along),
                tiled.stream == tiled.along);
    };
    auto product = [&](const RowTile &rows, const ColumnTile &columns) {
      unit.multiply(loc, tiled.instruction->intrinsic, tiled.sum(rows, columns), rows.tile,
                    columns.tile);
    };
    if (holdsColumns) {
      for (const ColumnTile &columns : tiled.columnTiles)
        loadColumns(columns, columns.tile);
      for (const RowTile &rows : tiled.rowTiles) {
        loadRows(rows, rows.tile);
        for (const ColumnTile &columns : tiled.columnTiles)
          product(rows, columns);
      }
      return;
    }
    for (const RowTile &rows : tiled.rowTiles)
      loadRows(rows, rows.tile);
    for (const ColumnTile &columns : tiled.columnTiles) {
      loadColumns(columns, columns.tile);
      for (const RowTile &rows : tiled.rowTiles)
        product(rows, columns);
    }
  }

  int64_t copyBytes(const RowTile &rows) const {
    return rows.number * tiled.mostRows() * tiled.rowBytes();
  }

  /// The last steps of every row with zeros behind, tile by tile, as `along` has them in its
  /// panels: beside the row's end anything may lie.
  Value copyRest(int64_t from, int64_t rest) {
    OpOperand &spread = op->getOpOperand(tiled.spread);
    Type element = cast<MemRefType>(spread.get().getType()).getElementType();
    int64_t width = tiled.rowBytes() * 8 / element.getIntOrFloatBitWidth();
    int64_t tiles = static_cast<int64_t>(tiled.rowTiles.size());
    auto type = MemRefType::get({tiles * tiled.mostRows(), width}, element);
    Value buffer;
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&op->getParentOfType<func::FuncOp>().getBody().front());
      buffer = memref::AllocaOp::create(b, loc, type, b.getI64IntegerAttr(64));
    }
    auto vector = VectorType::get({width}, element);
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element)),
          mask = vector::ConstantMaskOp::create(b, loc, VectorType::get({width}, b.getI1Type()),
                                                ArrayRef<int64_t>{rest});
    AffineMap map = op.getMatchingIndexingMap(&spread),
              last = AffineMap::getMinorIdentityMap(map.getNumResults(), 1, b.getContext());
    for (const RowTile &rows : tiled.rowTiles) {
      place(rows);
      loop(0, rows.count, 1, [&](OpFoldResult row) {
        SmallVector<OpFoldResult> position = dims;
        position[tiled.depth] = b.getIndexAttr(from);
        if (tiled.rows)
          position[*tiled.rows] = affine::makeComposedFoldedAffineApply(
              b, loc, b.getAffineDimExpr(0) + b.getAffineDimExpr(1), {dims[*tiled.rows], row});
        SmallVector<Value> indices;
        for (AffineExpr expr : map.getResults())
          indices.push_back(getValueOrCreateConstantIndexOp(
              b, loc,
              affine::makeComposedFoldedAffineApply(
                  b, loc, AffineMap::get(map.getNumDims(), 0, expr), position)));
        Value values = vector::TransferReadOp::create(b, loc, vector, spread.get(), indices,
                                                      AffineMapAttr::get(last), zero, mask,
                                                      b.getBoolArrayAttr({true}));
        OpFoldResult to = affine::makeComposedFoldedAffineApply(
            b, loc, b.getAffineDimExpr(0) + rows.number * tiled.mostRows(), {row});
        Value first = arith::ConstantIndexOp::create(b, loc, 0);
        vector::StoreOp::create(b, loc, values, buffer,
                                ValueRange{getValueOrCreateConstantIndexOp(b, loc, to), first});
      });
    }
    return memref::ExtractAlignedPointerAsIndexOp::create(b, loc, buffer);
  }

  OpBuilder &b;
  TileUnit &unit;
  const TiledOp &tiled;
  linalg::LinalgOp op;
  Location loc;
  SmallVector<OpFoldResult> dims; ///< the axes' positions
  SmallVector<Memory> memories;   ///< by operand
};

} // namespace

LogicalResult emitTileProducts(ModuleOp module, bool emulated) {
  OpBuilder b(module.getContext());
  TileUnit unit(b, module, emulated);
  for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
    FailureOr<std::vector<TiledOp>> ops = tiledOps(function);
    if (failed(ops))
      return failure();
    if (ops->empty())
      continue;
    configureTiles(b, unit, function, *ops);
    for (const TiledOp &tiled : *ops)
      if (failed(TileEmitter(b, unit, tiled).emit()))
        return failure();
  }
  return success();
}

} // namespace alt
