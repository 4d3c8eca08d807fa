#include "lower/InterleavedPanels.h"
#include "lower/VectorCode.h"
#include "lower/isa/DotProduct.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

namespace alt {

using namespace mlir;

namespace {

class InterleavedPacker {
public:
  InterleavedPacker(RewriterBase &b, Value base, int64_t tile, const Interleaving &by)
      : b(b), loc(base.getLoc()), base(base), type(cast<RankedTensorType>(base.getType())),
        tile(tile), by(by), code(b, loc, /*lanes=*/16), zero(b.getZeroAttr(type.getElementType())) {
  }

  Value pack() {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointAfterValue(base);
    int64_t columns = type.getShape().back(), whole = columns / tile;
    Value panels = tensor::EmptyOp::create(b, loc, panelShape(type.getShape(), tile, by),
                                           type.getElementType());
    if (whole)
      panels = code.loop(whole, 1, panels,
                         [&](Value panel, Value into) { return fill(panel, tile, into); });
    if (columns % tile)
      panels = fill(code.index(whole), columns % tile, panels);
    return panels;
  }

private:
  Value fill(Value panel, int64_t width, Value panels) {
    SmallVector<Value> at;
    return overDimensions(panel, width, at, panels, by.steps);
  }

  /// Loops over all dimensions but the last; along the interleaved one over groups of steps.
  Value overDimensions(Value panel, int64_t width, SmallVector<Value> &at, Value panels,
                       int64_t present) {
    auto dimension = static_cast<int64_t>(at.size());
    if (dimension + 1 == type.getRank())
      return copyRow(panel, width, at, panels, present);
    auto inside = [&](Value index, Value into, int64_t steps) {
      at.push_back(index);
      into = overDimensions(panel, width, at, into, steps);
      at.pop_back();
      return into;
    };
    int64_t extent = type.getDimSize(dimension);
    if (dimension != by.dimension)
      return code.loop(extent, 1, panels,
                       [&](Value i, Value into) { return inside(i, into, present); });
    int64_t groups = extent / by.steps, rest = extent % by.steps;
    if (groups)
      panels = code.loop(groups, 1, panels,
                         [&](Value i, Value into) { return inside(i, into, by.steps); });
    if (rest)
      panels = inside(code.index(groups), panels, rest);
    int64_t filled = groups + (rest > 0),
            all = panelShape(type.getShape(), tile, by)[dimension + 1];
    if (all > filled)
      panels = code.loop(all - filled, 1, panels,
                         [&](Value i, Value into) { return inside(code.add(i, filled), into, 0); });
    return panels;
  }

  /// One group of steps, of which the first `present` are there.
  Value copyRow(Value panel, int64_t width, ArrayRef<Value> at, Value panels, int64_t present) {
    return code.overVectors(width, panels, [&](Value lane, const Chunk &chunk, Value into) {
      Value column = code.add(code.affine(b.getAffineDimExpr(0) * tile, panel), lane);
      SmallVector<Value> steps;
      for (int64_t step = 0; step < by.steps; ++step) {
        if (step >= present) {
          auto vector = VectorType::get({chunk.lanes}, type.getElementType());
          steps.push_back(arith::ConstantOp::create(b, loc, vector, b.getZeroAttr(vector)));
          continue;
        }
        SmallVector<Value> from(at);
        Value &row = from[by.dimension];
        row = code.add(code.affine(b.getAffineDimExpr(0) * by.steps, row), step);
        from.push_back(column);
        steps.push_back(code.read(base, from, chunk, zero));
      }
      SmallVector<Value> to{panel};
      llvm::append_range(to, at);
      to.push_back(code.affine(b.getAffineDimExpr(0) * by.steps, lane));
      Chunk wide{chunk.start * by.steps, chunk.lanes * by.steps, chunk.valid * by.steps};
      return code.write(interleaveSteps(b, loc, steps), {1, 1}, into, to, wide, true);
    });
  }

  RewriterBase &b;
  Location loc;
  Value base;
  RankedTensorType type;
  int64_t tile;
  Interleaving by;
  VectorCode code;
  TypedAttr zero;
};

} // namespace

std::vector<int64_t> panelShape(ArrayRef<int64_t> shape, int64_t tile, const Interleaving &by) {
  std::vector<int64_t> panels{static_cast<int64_t>(llvm::divideCeil(shape.back(), tile))};
  llvm::append_range(panels, shape.drop_back());
  if (by.steps > 1)
    panels[by.dimension + 1] =
        llvm::alignTo(llvm::divideCeil(panels[by.dimension + 1], by.steps), by.multiple);
  panels.push_back(tile * by.steps);
  return panels;
}

Value packInterleaved(RewriterBase &b, Value base, int64_t tile, const Interleaving &by) {
  return InterleavedPacker(b, base, tile, by).pack();
}

} // namespace alt
