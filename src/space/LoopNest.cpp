#include "space/LoopNest.h"
#include <algorithm>

namespace alt {

int64_t codeSize(const LoopNest &nest, int64_t lanes) {
  int64_t size = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a) {
    const LoopNest::Level &axis = nest.axes[a];
    int64_t reg = std::min(axis.reg, axis.tile), rest = axis.tile % reg;
    if (axis.kind == AxisKind::parallel && a == nest.vectorAxis)
      size *= ceilDiv(reg, lanes) + ceilDiv(rest, lanes);
    else if (std::find(nest.edges.begin(), nest.edges.end(), a) != nest.edges.end())
      size *= std::min(axis.tile, 2 * reg + (rest ? rest : reg)); // first, middle, last
    else
      size *= reg + rest;
  }
  return size;
}

int64_t fusedVectors(const LoopNest &nest, const FusedResult &result, int64_t lanes) {
  int64_t elements = 1, vectors = 1;
  for (unsigned a : result.axes)
    if (int64_t reg = nest.axes[a].reg; reg > 1) {
      vectors = elements * ceilDiv(reg, result.wide ? lanes / 2 : lanes);
      elements *= reg;
    }
  return vectors;
}

} // namespace alt
