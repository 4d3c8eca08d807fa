#include "lower/WindowedConvolution.h"
#include "lower/PaddedSlice.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace alt {

using namespace mlir;

/// The loops that a map's results are, -1 for a result that is none.
static SmallVector<int> loopsOf(AffineMap map) {
  SmallVector<int> loops;
  for (AffineExpr expr : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    loops.push_back(dim ? static_cast<int>(dim.getPosition()) : -1);
  }
  return loops;
}

std::optional<WindowedConvolution> WindowedConvolution::match(OpBuilder &b, linalg::LinalgOp op) {
  if (op.getNumLoops() != 7 || op.getNumDpsInputs() != 2)
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<int> in = loopsOf(maps[0]), filter = loopsOf(maps[1]), out = loopsOf(maps[2]);
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4 || llvm::is_contained(out, -1) ||
      in[0] != out[0] || in[3] < 0)
    return std::nullopt;
  auto slides = [&](unsigned dimension, int loop) {
    AffineExpr at = b.getAffineDimExpr(out[dimension]), by = b.getAffineDimExpr(loop);
    AffineExpr expr = maps[0].getResult(dimension);
    return expr == at + by || expr == by + at;
  };
  WindowedConvolution found;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (int loop : filter) {
    if (loop < 0)
      return std::nullopt;
    FilterAxis axis = loop == in[3]     ? FilterAxis::channel
                      : loop == out[3]  ? FilterAxis::feature
                      : slides(1, loop) ? FilterAxis::windowRow
                                        : FilterAxis::windowColumn;
    if (axis == FilterAxis::windowColumn && !slides(2, loop))
      return std::nullopt;
    if (axis == FilterAxis::windowRow)
      found.windowRows = extents[loop];
    else if (axis == FilterAxis::windowColumn)
      found.windowColumns = extents[loop];
    found.filterAxes.push_back(axis);
  }
  found.images = extents[out[0]];
  found.height = extents[out[1]];
  found.width = extents[out[2]];
  found.outChannels = extents[out[3]];
  found.inChannels = extents[in[3]];
  found.source = op.getDpsInputs()[0];
  found.filter = op.getDpsInputs()[1];
  found.padding = b.getZeroAttr(found.sourceType().getElementType());
  found.lookThroughPadding(b);
  return found;
}

void WindowedConvolution::lookThroughPadding(OpBuilder &b) {
  std::optional<PaddedSlice> padded = findPaddedSlice(b, source);
  if (!padded || padded->padded[0] || padded->padded[3])
    return;
  std::optional<int64_t> row = getConstantIntValue(padded->offset[1]),
                         column = getConstantIntValue(padded->offset[2]);
  if (!row || !column)
    return;
  source = padded->source;
  rowOffset = *row;
  columnOffset = *column;
  padding = cast<TypedAttr>(padded->value);
}

} // namespace alt
