#include "lower/VectorCode.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace alt {

using namespace mlir;

static AffineMapAttr lastDimensions(Value tensor, int64_t count) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  return AffineMapAttr::get(AffineMap::getMinorIdentityMap(rank, count, tensor.getContext()));
}

Value VectorCode::read(Value tensor, ArrayRef<Value> at, const Chunk &chunk, TypedAttr padding,
                       Value inside) {
  Value mask = maskFor(b, loc, chunk);
  if (inside) {
    auto type = VectorType::get({chunk.lanes}, b.getI1Type());
    Value everywhere = vector::BroadcastOp::create(b, loc, type, inside);
    mask = mask ? both(mask, everywhere) : everywhere;
  }
  Value lane = arith::ConstantOp::create(b, loc, padding);
  return vector::TransferReadOp::create(b, loc, VectorType::get({chunk.lanes}, padding.getType()),
                                        tensor, at, lastDimensions(tensor, 1), lane, mask,
                                        b.getBoolArrayAttr({true}));
}

Value VectorCode::write(ArrayRef<Value> vectors, std::array<int64_t, 2> shape, Value tensor,
                        ArrayRef<Value> at, const Chunk &chunk, bool inBounds) {
  auto type = VectorType::get({shape[0], shape[1], chunk.lanes}, getElementTypeOrSelf(tensor));
  Value block = arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type));
  for (auto [k, vector] : llvm::enumerate(vectors)) {
    auto position = static_cast<int64_t>(k);
    block = vector::InsertOp::create(b, loc, vector, block,
                                     ArrayRef<int64_t>{position / shape[1], position % shape[1]});
  }
  Value mask;
  if (chunk.valid < chunk.lanes)
    mask = vector::ConstantMaskOp::create(b, loc, type.cloneWith(std::nullopt, b.getI1Type()),
                                          ArrayRef<int64_t>{shape[0], shape[1], chunk.valid});
  return vector::TransferWriteOp::create(b, loc, tensor.getType(), block, tensor, at,
                                         lastDimensions(tensor, 3), mask,
                                         b.getBoolArrayAttr({inBounds, inBounds, true}))
      .getResult();
}

Value VectorCode::within(Value at, int64_t low, int64_t high) {
  using Predicate = arith::CmpIPredicate;
  return both(arith::CmpIOp::create(b, loc, Predicate::sge, at, index(low)),
              arith::CmpIOp::create(b, loc, Predicate::sle, at, index(high)));
}

Value VectorCode::affine(AffineExpr expr, Value d0) {
  OpFoldResult result =
      affine::makeComposedFoldedAffineApply(b, loc, AffineMap::get(1, 0, expr), {OpFoldResult(d0)});
  return getValueOrCreateConstantIndexOp(b, loc, result);
}

} // namespace alt
