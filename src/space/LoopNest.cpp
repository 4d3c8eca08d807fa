#include "space/LoopNest.h"
#include <algorithm>

namespace alt {

int64_t accumulatorLanes(const Workload &workload, const Target &target) {
  int64_t width = 32;
  for (const Operand &operand : workload.operands)
    if (operand.isOutput)
      width = std::max<int64_t>(width, 8 * bytes(operand.type));
  return target.vectorBits / width;
}

Shares::Shares(const LoopNest::Level &axis, bool edges) {
  int64_t whole = axis.extent / axis.par, rest = axis.extent % axis.par;
  if (edges && whole + (rest > 0) > 1) {
    add(axis.par, 1, axis);
    add(axis.par, whole - (rest ? 1 : 2), axis);
    add(rest ? rest : axis.par, 1, axis);
  } else {
    add(axis.par, whole, axis);
    add(rest, rest ? 1 : 0, axis);
  }
}

void Shares::add(int64_t size, int64_t units, const LoopNest::Level &axis) {
  if (units == 0)
    return;
  int64_t start = count ? list[count - 1].start + list[count - 1].size * list[count - 1].count : 0;
  list[count++] = {start, size, units, start == 0, start + size * units == axis.extent};
}

/// Along one axis: whole register tiles of each kind of unit, and what is cut short.
static int64_t codeAlong(const LoopNest &nest, unsigned a, int64_t lanes) {
  const LoopNest::Level &axis = nest.axes[a];
  if (axis.kind == AxisKind::reduction) {
    int64_t reg = std::min(axis.reg, axis.tile);
    return reg + axis.tile % reg;
  }
  int64_t size = 0;
  bool edges = hasEdges(nest, a);
  for (const Share &share : Shares(axis, edges)) {
    int64_t tile = share.tile(axis), reg = std::min(axis.reg, tile), rest = tile % reg;
    if (a == nest.vectorAxis)
      size += ceilDiv(reg, lanes) + ceilDiv(rest, lanes);
    else if (edges) // the first and the last of the axis by themselves
      size += std::min(tile, (share.first ? 2 : 1) * reg + (rest ? rest : share.last ? reg : 0));
    else
      size += reg + rest;
  }
  return size;
}

int64_t codeSize(const LoopNest &nest, int64_t lanes) {
  int64_t size = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a)
    size *= codeAlong(nest, a, lanes);
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
