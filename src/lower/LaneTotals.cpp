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

class Totals {
public:
  Totals(OpBuilder &b, Location loc, vector::CombiningKind kind) : b(b), loc(loc), kind(kind) {}

  /// Each owner has blocks of 2 * `block` lanes; the halves of each are combined. Those of `second`
  /// follow, or the vector becomes half as long.
  Partial halve(const Partial &first, const Partial *second, int64_t block) {
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

private:
  OpBuilder &b;
  Location loc;
  vector::CombiningKind kind;
};

} // namespace

Value laneTotals(OpBuilder &b, Location loc, vector::CombiningKind kind, ArrayRef<Value> vectors) {
  int64_t lanes = cast<VectorType>(vectors.front().getType()).getNumElements();
  assert(llvm::isPowerOf2_64(lanes) && vectors.size() <= size_t(lanes));
  Totals totals(b, loc, kind);
  SmallVector<Partial> partials;
  for (auto [owner, vector] : llvm::enumerate(vectors))
    partials.push_back({vector, SmallVector<size_t>(lanes, owner)});
  for (int64_t block = lanes / 2; block > 0; block /= 2) {
    SmallVector<Partial> halved;
    for (size_t i = 0; i < partials.size(); i += 2) {
      const Partial *second = i + 1 < partials.size() ? &partials[i + 1]
                              : i > 0                 ? &partials[i] // as long as the others
                                                      : nullptr;
      halved.push_back(totals.halve(partials[i], second, block));
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

} // namespace alt
