#include "lower/LaneTotals.h"
#include "llvm/Support/MathExtras.h"

namespace alt {

using namespace mlir;

namespace {

/// Partial results of some of the vectors, and whose each lane has.
struct Partial {
  Value value;
  SmallVector<size_t> owners;
};

/// Each owner has blocks of 2 * `block` lanes; the halves of each are combined. Those of `second`
/// follow, or the vector becomes half as long.
Partial halve(OpBuilder &b, Location loc, vector::CombiningKind kind, const Partial &first,
              const Partial *second, int64_t block) {
  auto type = cast<VectorType>(first.value.getType());
  int64_t lanes = type.getNumElements();
  // Within 128 bits a shuffle stays there: anything else takes longer.
  int64_t inCell = std::max<int64_t>(1, 128 / type.getElementTypeBitWidth());
  int64_t cell = block < inCell ? std::min(inCell, lanes) : lanes;
  SmallVector<int64_t> left, right;
  for (int64_t start = 0; start < lanes; start += cell)
    for (int64_t source = 0; source < (second ? 2 : 1); ++source)
      for (int64_t pair = start; pair < start + cell; pair += 2 * block)
        for (int64_t i = pair; i < pair + block; ++i) {
          left.push_back(source * lanes + i);
          right.push_back(source * lanes + i + block);
        }
  Value other = second ? second->value : first.value;
  Partial halved;
  halved.value = vector::makeArithReduction(
      b, loc, kind, vector::ShuffleOp::create(b, loc, first.value, other, left),
      vector::ShuffleOp::create(b, loc, first.value, other, right));
  for (int64_t lane : left)
    halved.owners.push_back(lane < lanes ? first.owners[lane] : second->owners[lane - lanes]);
  return halved;
}

} // namespace

Value laneTotals(OpBuilder &b, Location loc, vector::CombiningKind kind, ArrayRef<Value> vectors) {
  int64_t lanes = cast<VectorType>(vectors.front().getType()).getNumElements();
  assert(llvm::isPowerOf2_64(lanes) && vectors.size() <= size_t(lanes));
  SmallVector<Partial> partials;
  for (auto [owner, vector] : llvm::enumerate(vectors))
    partials.push_back({vector, SmallVector<size_t>(lanes, owner)});
  for (int64_t block = lanes / 2; block > 0; block /= 2) {
    SmallVector<Partial> halved;
    for (size_t i = 0; i < partials.size(); i += 2) {
      const Partial *second = i + 1 < partials.size() ? &partials[i + 1]
                              : i > 0                 ? &partials[i] // as long as the others
                                                      : nullptr;
      halved.push_back(halve(b, loc, kind, partials[i], second, block));
    }
    partials = std::move(halved);
  }
  const Partial &all = partials.front();
  SmallVector<int64_t> inOrder;
  for (size_t owner = 0; owner < llvm::PowerOf2Ceil(vectors.size()); ++owner)
    inOrder.push_back(llvm::find(all.owners, std::min(owner, vectors.size() - 1)) -
                      all.owners.begin());
  return vector::ShuffleOp::create(b, loc, all.value, all.value, inOrder);
}

Value lanesFrom(OpBuilder &b, Location loc, Value vector, int64_t at, const Chunk &chunk) {
  if (!chunk.lanes)
    return vector::ExtractOp::create(b, loc, vector, at);
  SmallVector<int64_t> take;
  for (int64_t lane = 0; lane < chunk.lanes; ++lane)
    take.push_back(at + std::min(lane, chunk.valid - 1));
  return vector::ShuffleOp::create(b, loc, vector, vector, take);
}

} // namespace alt
