#include "lower/Panels.h"
#include "lower/DotProduct.h"

namespace alt {

using namespace mlir;

/// Where every step of the innermost reduction goes in pairs or quads, they lie side by side.
static Interleaving interleavingOf(const LoopNest &nest, linalg::LinalgOp anchor,
                                   OpOperand &operand, int64_t lanes, StringRef instructions) {
  if (nest.reductionOrder.empty())
    return {};
  unsigned axis = nest.reductionOrder.back();
  const LoopNest::Level &level = nest.axes[axis], &vector = nest.axes[nest.vectorAxis];
  std::optional<DotProduct> dot =
      matchDotProduct(anchor, static_cast<int>(nest.vectorAxis), instructions);
  AffineMap map = anchor.getMatchingIndexingMap(&operand);
  std::optional<unsigned> dimension =
      map.getResultPosition(getAffineDimExpr(axis, map.getContext()));
  if (!dot || dot->along != &operand || !dimension ||
      (nest.skipPad && dot->kind == DotProduct::Kind::signedBytes))
    return {};
  for (AffineExpr expr : anchor.getMatchingIndexingMap(dot->spread).getResults())
    if (expr.isFunctionOfDim(axis) && !isa<AffineDimExpr>(expr))
      return {};
  int64_t steps = dot->steps();
  for (unsigned a = 0; a < nest.axes.size(); ++a) // one vector a chunk serves the whole tile
    if (a != nest.vectorAxis && nest.axes[a].kind == AxisKind::parallel && nest.axes[a].reg > 1 &&
        map.isFunctionOfDim(a))
      return {};
  for (int64_t width : {vector.reg, vector.extent % vector.reg}) // chunks have an instruction each
    if (int64_t rest = width % lanes; rest == 1 || rest == 2)
      return {};
  bool whole = level.reg % steps == 0 && (level.tile % steps == 0 || level.tile == level.extent);
  return whole ? Interleaving{steps, static_cast<int64_t>(*dimension)} : Interleaving{};
}

std::vector<Panels> panelsOf(const LoopNest &nest, linalg::LinalgOp anchor, int64_t lanes,
                             StringRef instructions) {
  std::vector<Panels> panels;
  for (unsigned o = 0; o < nest.packed.size(); ++o)
    if (nest.packed[o])
      panels.push_back(
          {o, nest.axes[nest.vectorAxis].reg,
           interleavingOf(nest, anchor, anchor->getOpOperand(o), lanes, instructions)});
  return panels;
}

} // namespace alt
