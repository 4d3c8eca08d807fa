#include "lower/Panels.h"
#include "lower/TransposeOperand.h"
#include "lower/isa/TileProducts.h"

namespace alt {

using namespace mlir;

/// The dimension of the operand whose index is the axis.
static std::optional<unsigned> dimensionAlong(linalg::LinalgOp anchor, OpOperand &operand,
                                              unsigned axis) {
  AffineMap map = anchor.getMatchingIndexingMap(&operand);
  return map.getResultPosition(getAffineDimExpr(axis, map.getContext()));
}

/// The groups of steps are whole products of tiles.
static Interleaving interleavingOfTiles(const LoopNest &nest, linalg::LinalgOp anchor,
                                        OpOperand &operand) {
  unsigned axis = nest.reductionOrder.back();
  TileProduct product;
  product.instruction = matchTileProduct(anchor, nest.vectorAxis);
  std::optional<unsigned> dimension = dimensionAlong(anchor, operand, axis);
  if (!product.instruction || !dimension)
    return {}; // which the op that is marked will say
  int64_t steps = product.instruction->steps, depth = product.depthOf(nest.axes[axis].tile);
  return {steps, static_cast<int64_t>(*dimension),
          nest.axes[axis].extent % depth ? depth / steps : 1};
}

/// Where every step of the innermost reduction goes in pairs or quads, they lie side by side.
static Interleaving interleavingOf(const LoopNest &nest, linalg::LinalgOp anchor,
                                   OpOperand &operand, int64_t lanes, StringRef instructions) {
  if (nest.reductionOrder.empty())
    return {};
  unsigned axis = nest.reductionOrder.back();
  if (nest.inTiles)
    return interleavingOfTiles(nest, anchor, operand);
  const LoopNest::Level &level = nest.axes[axis], &vector = nest.axes[nest.vectorAxis];
  std::optional<DotProduct> dot =
      matchDotProduct(anchor, static_cast<int>(nest.vectorAxis), instructions);
  AffineMap map = anchor.getMatchingIndexingMap(&operand);
  std::optional<unsigned> dimension = dimensionAlong(anchor, operand, axis);
  if (!dot || dot->along != &operand || !dimension || (nest.skipPad && dot->offset))
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
  const LoopNest::Level &vector = nest.axes[nest.vectorAxis];
  for (unsigned o = 0; o < nest.packed.size(); ++o) {
    if (!nest.packed[o])
      continue;
    OpOperand &operand = anchor->getOpOperand(o);
    if (vector.kind == AxisKind::reduction)
      panels.push_back({o,
                        transposedRow(vector.extent, getElementTypeOrSelf(operand.get().getType())),
                        {},
                        dimensionAlong(anchor, operand, nest.vectorAxis)});
    else
      panels.push_back({o, vector.reg, interleavingOf(nest, anchor, operand, lanes, instructions)});
  }
  return panels;
}

} // namespace alt
