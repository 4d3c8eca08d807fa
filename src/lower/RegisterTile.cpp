#include "lower/RegisterTile.h"
#include "lower/PackOperand.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

namespace alt {

using namespace mlir;

SmallVector<Chunk> cutIntoChunks(int64_t extent, int64_t width) {
  SmallVector<Chunk> chunks;
  int64_t at = 0;
  for (; at + width <= extent; at += width)
    chunks.push_back({at, width, width});
  if (int64_t rest = extent - at) {
    int64_t lanes = at > 0 ? width : static_cast<int64_t>(llvm::PowerOf2Ceil(rest));
    chunks.push_back({at, lanes, rest});
  }
  return chunks;
}

Value maskFor(OpBuilder &b, Location loc, const Chunk &chunk) {
  if (chunk.valid == chunk.lanes)
    return {};
  auto type = VectorType::get({chunk.lanes}, b.getI1Type());
  return vector::ConstantMaskOp::create(b, loc, type, ArrayRef<int64_t>{chunk.valid});
}

/// The lanes that the chunk has in memory: a masked vector that ends in the next line costs as much
/// as two loads.
static Chunk inMemory(const Chunk &chunk) {
  return {chunk.start, static_cast<int64_t>(llvm::PowerOf2Ceil(chunk.valid)), chunk.valid};
}

/// The value's first lanes, or all of them and zeros behind; it is one register either way.
static Value resize(OpBuilder &b, Location loc, Value value, int64_t lanes) {
  auto type = cast<VectorType>(value.getType());
  int64_t own = type.getNumElements();
  if (own == lanes)
    return value;
  SmallVector<int64_t> take;
  for (int64_t lane = 0; lane < lanes; ++lane)
    take.push_back(std::min(lane, own)); // number `own` is the first zero
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  return vector::ShuffleOp::create(b, loc, value, zeros, take);
}

namespace {

bool isLinear(AffineExpr expr) {
  bool linear = true;
  expr.walk([&](AffineExpr e) {
    linear &= e.getKind() != AffineExprKind::FloorDiv && e.getKind() != AffineExprKind::CeilDiv &&
              e.getKind() != AffineExprKind::Mod;
  });
  return linear;
}

/// By how much `expr` grows with the axis; nullopt when that is not constant.
std::optional<int64_t> coefficient(AffineExpr expr, unsigned axis) {
  if (!expr.isFunctionOfDim(axis))
    return 0;
  if (!isLinear(expr))
    return std::nullopt;
  MLIRContext *context = expr.getContext();
  AffineExpr next =
      expr.replace(getAffineDimExpr(axis, context), getAffineDimExpr(axis, context) + 1);
  AffineExpr difference = simplifyAffineExpr(next - expr, axis + 64, 0);
  if (auto constant = dyn_cast<AffineConstantExpr>(difference))
    return constant.getValue();
  return std::nullopt;
}

enum class Access { scalar, contiguous, lanes };

/// How an operand indexed by `map` is read or written along the vector axis.
Access accessAlong(AffineMap map, int axis, Type element) {
  if (axis < 0 || !map.isFunctionOfDim(axis))
    return Access::scalar;
  for (unsigned i = 0; i + 1 < map.getNumResults(); ++i)
    if (map.getResult(i).isFunctionOfDim(axis))
      return Access::lanes;
  // i1 is a byte in memory but a bit in a vector.
  if (element.isInteger(1) || coefficient(map.getResults().back(), axis) != 1)
    return Access::lanes;
  return Access::contiguous;
}

} // namespace

TileReader::TileReader(RewriterBase &b, linalg::LinalgOp op, const RegisterTiles &registers)
    : b(b), op(op), registers(registers), cache(1) {}

OpFoldResult TileReader::offset(Value value, int64_t by) {
  if (by == 0)
    return value;
  AffineExpr d0 = b.getAffineDimExpr(0);
  return affine::makeComposedFoldedAffineApply(b, op.getLoc(), d0 + by, {OpFoldResult(value)});
}

Value TileReader::read(OpOperand &operand, ArrayRef<OpFoldResult> dims, int vectorAxis,
                       const Chunk &chunk) {
  if (!isa<RankedTensorType>(operand.get().getType()))
    return operand.get(); // linalg.fill's scalar
  AffineMap map = op.getMatchingIndexingMap(&operand);
  bool alongVector = chunk.lanes && map.isFunctionOfDim(vectorAxis);
  Key key{operand.getOperandNumber(), {}};
  for (unsigned axis = 0; axis < dims.size(); ++axis)
    if (map.isFunctionOfDim(axis))
      key.second.push_back(dims[axis].getOpaqueValue());
  key.second.push_back(reinterpret_cast<const void *>(alongVector ? chunk.lanes : 0));
  for (auto &scope : cache)
    if (auto it = scope.find(key); it != scope.end())
      return it->second;
  Chunk wanted = alongVector ? chunk : Chunk{};
  auto through = padded.find(operand.getOperandNumber());
  if (through != padded.end() && onPadding(through->second, map, dims))
    return {};
  Value value = readRegister(operand, dims, vectorAxis, wanted);
  if (!value)
    value = readMemory(operand, dims, vectorAxis, wanted);
  cache.back()[key] = value;
  return value;
}

Value TileReader::readRegister(OpOperand &operand, ArrayRef<OpFoldResult> dims, int vectorAxis,
                               const Chunk &chunk) {
  const RegisterTile *tile = registers.find(operand.get());
  if (!tile)
    return {};
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<Attribute> constants;
  for (OpFoldResult dim : dims) {
    auto attr = dyn_cast<Attribute>(dim);
    constants.push_back(attr ? attr : b.getIndexAttr(INT64_MIN / 4)); // not constant: no part found
  }
  for (unsigned axis = 0; axis < dims.size(); ++axis)
    if (map.isFunctionOfDim(axis) && !isa<Attribute>(dims[axis]))
      return {};
  SmallVector<Attribute> folded;
  if (failed(map.constantFold(constants, folded)))
    return {};
  SmallVector<int64_t> index;
  for (Attribute attr : folded)
    index.push_back(cast<IntegerAttr>(attr).getInt());

  if (chunk.lanes) {
    // The lanes must run along the same tensor dimension, one apart.
    for (unsigned i = 0; i < map.getNumResults(); ++i) {
      bool along = map.getResult(i).isFunctionOfDim(vectorAxis);
      if (along != (static_cast<int>(i) == tile->vectorDim) ||
          (along && coefficient(map.getResult(i), vectorAxis) != 1))
        return {};
    }
    auto it = tile->parts.find(index);
    return it != tile->parts.end() && it->second.chunk.lanes == chunk.lanes ? it->second.value
                                                                            : Value();
  }
  if (tile->vectorDim < 0) {
    auto it = tile->parts.find(index);
    return it == tile->parts.end() ? Value() : it->second.value;
  }
  // A scalar out of a vector held in a register.
  int64_t lane = index[tile->vectorDim];
  for (auto &[start, part] : tile->parts) {
    int64_t first = start[tile->vectorDim];
    if (lane < first || lane >= first + part.chunk.valid)
      continue;
    index[tile->vectorDim] = first;
    if (start == index)
      return vector::ExtractOp::create(b, op.getLoc(), part.value, lane - first);
    index[tile->vectorDim] = lane;
  }
  return {};
}

/// Whether the position is known to lie on the padding.
bool TileReader::onPadding(const PaddedSlice &slice, AffineMap map, ArrayRef<OpFoldResult> dims) {
  auto type = cast<RankedTensorType>(slice.source.getType());
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    if (!slice.padded[d] || !isa<Attribute>(slice.offset[d]))
      continue;
    OpFoldResult at = affine::makeComposedFoldedAffineApply(
        b, op.getLoc(), AffineMap::get(map.getNumDims(), 0, expr), dims);
    if (std::optional<int64_t> index = getConstantIntValue(at)) {
      int64_t position = *index + *getConstantIntValue(slice.offset[d]);
      if (position < 0 || position >= type.getDimSize(d))
        return true;
    }
  }
  return false;
}

SmallVector<Value> TileReader::indices(AffineMap map, ArrayRef<OpFoldResult> dims,
                                       const PaddedSlice *slice) {
  SmallVector<Value> values;
  Location loc = op.getLoc();
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    OpFoldResult at = affine::makeComposedFoldedAffineApply(
        b, loc, AffineMap::get(map.getNumDims(), 0, expr), dims);
    if (slice)
      at = affine::makeComposedFoldedAffineApply(b, loc, d0 + d1, {at, slice->offset[d]});
    values.push_back(getValueOrCreateConstantIndexOp(b, loc, at));
  }
  return values;
}

Value TileReader::readVector(Value tensor, ArrayRef<Value> at, const Chunk &chunk) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap lastDim = AffineMap::getMinorIdentityMap(type.getRank(), 1, b.getContext());
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type.getElementType()));
  Chunk read = inMemory(chunk);
  Value value = vector::TransferReadOp::create(
      b, loc, VectorType::get({read.lanes}, type.getElementType()), tensor, at,
      AffineMapAttr::get(lastDim), zero, maskFor(b, loc, read), b.getBoolArrayAttr({true}));
  return resize(b, loc, value, chunk.lanes);
}

Value TileReader::readInterleaved(OpOperand &operand, ArrayRef<OpFoldResult> dims, unsigned axis,
                                  int64_t steps, int vectorAxis, const Chunk &chunk) {
  Location loc = op.getLoc();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  // The group's number takes the step's place: k is a multiple of the steps, which the division by
  // rounding down that the map has would not know.
  SmallVector<OpFoldResult> group(dims);
  Value step = getValueOrCreateConstantIndexOp(b, loc, dims[axis]);
  Value number = b.createOrFold<arith::DivUIOp>(
      loc, step, arith::ConstantIndexOp::create(b, loc, steps).getResult());
  group[axis] = getAsOpFoldResult(number);
  AffineExpr k = b.getAffineDimExpr(axis);
  DenseMap<AffineExpr, AffineExpr> known{{k.floorDiv(steps), k},
                                         {k % steps, b.getAffineConstantExpr(0)}};
  Key key{operand.getOperandNumber(), {}};
  for (unsigned d = 0; d < dims.size(); ++d)
    if (map.isFunctionOfDim(d))
      key.second.push_back(dims[d].getOpaqueValue());
  key.second.push_back(reinterpret_cast<const void *>(chunk.lanes * steps));
  for (auto &scope : cache)
    if (auto it = scope.find(key); it != scope.end())
      return it->second;
  Chunk wide{chunk.start * steps, chunk.lanes * steps, chunk.valid * steps};
  Value value = readVector(operand.get(), indices(map.replace(known), group), wide);
  cache.back()[key] = value;
  return value;
}

/// All lanes where the operand's panel has them in memory.
Chunk TileReader::inPanel(OpOperand &operand, const Chunk &chunk) {
  auto widths = op->getAttrOfType<DenseI64ArrayAttr>(panelWidthsAttr);
  if (!widths || chunk.start + chunk.lanes > widths[operand.getOperandNumber()])
    return chunk;
  return {chunk.start, chunk.lanes, chunk.lanes};
}

bool TileReader::readsZerosBehind(OpOperand &operand, int vectorAxis) {
  auto type = dyn_cast<RankedTensorType>(operand.get().getType());
  return type && !registers.find(operand.get()) &&
         accessAlong(op.getMatchingIndexingMap(&operand), vectorAxis, type.getElementType()) ==
             Access::contiguous;
}

Value TileReader::readMemory(OpOperand &operand, ArrayRef<OpFoldResult> dims, int vectorAxis,
                             const Chunk &chunk) {
  Location loc = op.getLoc();
  auto through = padded.find(operand.getOperandNumber());
  const PaddedSlice *slice = through == padded.end() ? nullptr : &through->second;
  Value tensor = slice ? slice->source : operand.get();
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Access access =
      chunk.lanes ? accessAlong(map, vectorAxis, type.getElementType()) : Access::scalar;
  if (access == Access::scalar)
    return tensor::ExtractOp::create(b, loc, tensor, indices(map, dims, slice));
  auto vectorType = VectorType::get({chunk.lanes}, type.getElementType());
  if (access == Access::contiguous)
    return readVector(tensor, indices(map, dims, slice), inPanel(operand, chunk));
  SmallVector<Value> elements;
  SmallVector<OpFoldResult> at(dims);
  AffineExpr d0 = b.getAffineDimExpr(0);
  for (int64_t lane = 0; lane < chunk.lanes; ++lane) {
    if (lane >= chunk.valid) {
      elements.push_back(elements.front());
      continue;
    }
    at[vectorAxis] = affine::makeComposedFoldedAffineApply(b, loc, d0 + lane, {dims[vectorAxis]});
    elements.push_back(tensor::ExtractOp::create(b, loc, tensor, indices(map, at, slice)));
  }
  return vector::FromElementsOp::create(b, loc, vectorType, elements);
}

TileWriter::TileWriter(RewriterBase &b, linalg::LinalgOp op, OpOperand &init)
    : b(b), loc(op.getLoc()), map(op.getMatchingIndexingMap(&init)), tensor(init.get()) {}

void TileWriter::write(Value value, ArrayRef<int64_t> point, int vectorAxis, const Chunk &chunk) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto indexOf = [&](ArrayRef<int64_t> at) { return map.compose(at); };
  auto constants = [&](ArrayRef<int64_t> index) {
    SmallVector<Value> values;
    for (int64_t i : index)
      values.push_back(arith::ConstantIndexOp::create(b, loc, i));
    return values;
  };
  SmallVector<int64_t> index = indexOf(point);
  Access access =
      chunk.lanes ? accessAlong(map, vectorAxis, type.getElementType()) : Access::scalar;
  if (access == Access::scalar) {
    tensor = tensor::InsertOp::create(b, loc, value, tensor, constants(index));
    tile.parts[index] = {Chunk{}, value};
    return;
  }
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (map.getResult(i).isFunctionOfDim(vectorAxis))
      tile.vectorDim = static_cast<int>(i);
  tile.parts[index] = {chunk, value};
  if (access == Access::contiguous) {
    AffineMap lastDim = AffineMap::getMinorIdentityMap(type.getRank(), 1, b.getContext());
    Chunk written = inMemory(chunk);
    tensor = vector::TransferWriteOp::create(b, loc, tensor.getType(),
                                             resize(b, loc, value, written.lanes), tensor,
                                             constants(index), AffineMapAttr::get(lastDim),
                                             maskFor(b, loc, written), b.getBoolArrayAttr({true}))
                 .getResult();
    return;
  }
  SmallVector<int64_t> at(point);
  for (int64_t lane = 0; lane < chunk.valid; ++lane) {
    at[vectorAxis] = point[vectorAxis] + lane;
    Value element = vector::ExtractOp::create(b, loc, value, lane);
    tensor = tensor::InsertOp::create(b, loc, element, tensor, constants(indexOf(at)));
  }
}

} // namespace alt
