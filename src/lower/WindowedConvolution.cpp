#include "lower/WindowedConvolution.h"
#include "lower/PaddedSlice.h"
#include "lower/Slice.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

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

/// By how much a map's result grows with a loop.
static int64_t coefficient(AffineMap map, unsigned result, int loop) {
  SmallVector<int64_t> at(map.getNumDims(), 0);
  int64_t origin = map.compose(at)[result];
  at[static_cast<unsigned>(loop)] = 1;
  return map.compose(at)[result] - origin;
}

std::optional<WindowedConvolution> WindowedConvolution::match(OpBuilder &b, linalg::LinalgOp op) {
  if (op.getNumLoops() != 7 || op.getNumDpsInputs() != 2)
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<int> in = loopsOf(maps[0]), filter = loopsOf(maps[1]), out = loopsOf(maps[2]);
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4 || llvm::is_contained(out, -1) ||
      in[0] != out[0] || in[3] < 0)
    return std::nullopt;
  WindowedConvolution found;
  // Rows are dimension 1, columns 2.
  auto slides = [&](unsigned dimension, int loop) {
    int64_t stride = coefficient(maps[0], dimension, out[dimension]),
            dilation = coefficient(maps[0], dimension, loop);
    AffineExpr at = b.getAffineDimExpr(out[dimension]) * stride,
               by = b.getAffineDimExpr(loop) * dilation, expr = maps[0].getResult(dimension);
    if (stride < 1 || dilation < 1 ||
        simplifyAffineExpr(expr - (at + by), op.getNumLoops(), 0) != b.getAffineConstantExpr(0))
      return false;
    found.stride[dimension - 1] = stride;
    found.dilation[dimension - 1] = dilation;
    return true;
  };
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
  found.filter = op.getDpsInputs()[1];
  found.findSource(b, op.getDpsInputs()[0]);
  return found;
}

void WindowedConvolution::findSource(OpBuilder &b, Value input) {
  std::optional<PaddedSlice> slice = findPaddedSlice(b, input);
  if (slice && !slice->padded[0] && !slice->padded[3]) {
    source = slice->source;
    start = std::move(slice->offset);
    padding = cast<TypedAttr>(slice->value);
    padded = true;
    return;
  }
  Slice plain = followSlices(b, input);
  source = plain.base;
  start = std::move(plain.offsets);
  padding = b.getZeroAttr(getElementTypeOrSelf(input));
}

void eraseDead(RewriterBase &b, Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      b.eraseOp(&op);
}

} // namespace alt
