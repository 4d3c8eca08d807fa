// Which schedules may read padded input where it lies and leave out the taps on the padding.
#include "space/LoopSpace.h"
#include <algorithm>

namespace alt {

/// Windows over padded dimensions, if all padding is of that kind (one sliding axis, one window
/// axis).
void LoopSpace::findPaddedAxes(std::span<const Operand> operands) {
  for (const Operand &operand : operands) {
    for (size_t d = 0; d < operand.padLow.size(); ++d) {
      int64_t low = operand.padLow[d], high = operand.padHigh[d];
      if (low == 0 && high == 0)
        continue;
      PaddedAxis padded{UINT32_MAX, UINT32_MAX, 0, 0, {0}};
      int64_t stride = 1, dilation = 1;
      for (const IndexExpr::Term &term : operand.index[d].terms)
        if (axes[term.axis].kind == AxisKind::parallel) {
          padded.axis = term.axis;
          stride = term.coefficient;
        } else {
          padded.window = term.axis;
          dilation = term.coefficient;
        }
      if (operand.index[d].terms.size() != 2 || padded.axis == UINT32_MAX ||
          padded.window == UINT32_MAX || axes[padded.window].extent > 16) {
        paddedAxes.clear();
        return;
      }
      int64_t reach = (axes[padded.window].extent - 1) * dilation;
      int64_t end = operand.shape[d] - high; // first padded position after the source
      for (int64_t o = 0; o < axes[padded.axis].extent; ++o) {
        padded.atLow += o * stride < low;
        padded.atHigh += o * stride + reach >= end;
        int64_t useful = padded.usefulTaps.back();
        for (int64_t tap = o * stride; tap <= o * stride + reach; tap += dilation)
          useful += tap >= low && tap < end;
        padded.usefulTaps.push_back(useful);
      }
      paddedAxes.push_back(std::move(padded));
    }
    double elements = operand.padLow.empty() ? 0 : 1;
    for (int64_t extent : operand.shape)
      elements *= static_cast<double>(extent);
    paddedElements += elements;
  }
}

void LoopSpace::findEdges(LoopNest &nest) const {
  nest.edges.clear();
  if (nest.skipPad)
    for (const PaddedAxis &padded : paddedAxes)
      if (nest.axes[padded.axis].reg > 1)
        nest.edges.push_back(padded.axis);
}

/// The share of the taps along the axis that do not fall on padding, of outputs from `start` on.
double LoopSpace::usefulTaps(unsigned axis, int64_t start, int64_t size) const {
  for (const PaddedAxis &padded : paddedAxes)
    if (padded.axis == axis) {
      auto before = [&](int64_t output) { return padded.usefulTaps[static_cast<size_t>(output)]; };
      return static_cast<double>(before(start + size) - before(start)) /
             static_cast<double>(size * axes[padded.window].extent);
    }
  return 1;
}

/// Along one padded axis a register tile may hold several outputs: then its first and last tiles
/// are written out with their taps known (so the window must be unrolled, and no cut be nearer to
/// an end than padding reaches). Along the others the window's loop bounds follow the position, one
/// output at a time.
bool LoopSpace::canSkipPad(const LoopNest &nest) const {
  unsigned wide = 0;
  for (const PaddedAxis &padded : paddedAxes) {
    const LoopNest::Level &axis = nest.axes[padded.axis];
    if (padded.axis == nest.vectorAxis || padded.window == nest.vectorAxis)
      return false;
    const LoopNest::Level &window = nest.axes[padded.window];
    if (window.tile != window.extent)
      return false;
    if (axis.reg == 1)
      continue;
    int64_t unit = (axis.extent - 1) % axis.par + 1, last = (unit - 1) % axis.reg + 1;
    if (++wide > 1 || axis.tile != axis.par || window.reg != window.extent ||
        padded.atLow > axis.reg || padded.atHigh > last)
      return false;
  }
  return true;
}

} // namespace alt
