#include "space/Im2col.h"

namespace alt {

/// From so many on the innermost reduction is long as it is, and gathering only costs
/// (bench/README.md).
static constexpr int64_t manyChannels = 32;

std::optional<Im2col> Im2col::of(const Workload &workload) {
  std::optional<Convolution2d> conv = Convolution2d::of(workload);
  if (!conv)
    return std::nullopt;
  auto extent = [&](unsigned axis) { return workload.axes[axis].extent; };
  int64_t window = extent(conv->windowRow) * extent(conv->windowColumn);
  if (window == 1 || extent(conv->channel) >= manyChannels || extent(conv->feature) < 8)
    return std::nullopt;
  const Operand &filter = workload.operands[1];
  return Im2col{*conv,
                extent(conv->image),
                extent(conv->row),
                extent(conv->column),
                extent(conv->feature),
                window * extent(conv->channel),
                filter.type,
                workload.operands[2].type,
                filter.isConstant};
}

Workload Im2col::matmul(const Workload &convolution) const {
  Workload workload = convolution;
  workload.anchor = AnchorKind::contraction;
  for (FusedResult &result : workload.fusedResults)
    for (unsigned &axis : result.axes)
      axis = axis == axes.image ? n : axis == axes.row ? h : axis == axes.column ? w : f;
  workload.axes = {{"n", images, AxisKind::parallel},
                   {"h", rows, AxisKind::parallel},
                   {"w", columns, AxisKind::parallel},
                   {"f", outChannels, AxisKind::parallel},
                   {"k", taps, AxisKind::reduction}};
  auto operand = [&](std::string name, ElementType type, std::initializer_list<unsigned> axes) {
    Operand described;
    described.name = std::move(name);
    described.type = type;
    for (unsigned axis : axes) {
      described.shape.push_back(workload.axes[axis].extent);
      described.index.push_back({{{axis, 1}}, 0});
    }
    return described;
  };
  workload.operands = {operand("in0", element, {n, h, w, k}), operand("in1", element, {k, f}),
                       operand("out", sum, {n, h, w, f})};
  workload.operands[1].isConstant = constantFilter;
  workload.operands[2].isOutput = true;
  return workload;
}

int64_t Im2col::patchBytes(const LoopNest &nest) const {
  return nest.axes[n].tile * nest.axes[h].tile * nest.axes[w].tile * taps * bytes(element);
}

bool Im2col::legal(const LoopNest &nest) const {
  int64_t sums = nest.axes[n].tile * nest.axes[h].tile * nest.axes[w].tile * nest.axes[f].tile;
  return patchBytes(nest) + (nest.blocked() ? sums * bytes(sum) : 0) <= stackBytes;
}

} // namespace alt
