#include "space/Winograd.h"
#include "space/Convolution2d.h"
#include "space/WinogradMatrices.h"
#include <algorithm>
#include <cmath>

namespace alt {

std::optional<Winograd> Winograd::of(const Workload &workload, int64_t m) {
  std::optional<Convolution2d> conv = Convolution2d::of(workload);
  if (!conv || !conv->oneByOne)
    return std::nullopt;
  for (const Operand &operand : workload.operands)
    if (operand.type != ElementType::f32)
      return std::nullopt;
  auto extent = [&](unsigned axis) { return workload.axes[axis].extent; };
  if (extent(conv->windowRow) != 3 || extent(conv->windowColumn) != 3 ||
      extent(conv->channel) < 4 || extent(conv->feature) < 8)
    return std::nullopt;
  Winograd winograd;
  winograd.m = m;
  winograd.images = extent(conv->image);
  winograd.rows = (extent(conv->row) + m - 1) / m;
  winograd.columns = (extent(conv->column) + m - 1) / m;
  winograd.inChannels = extent(conv->channel);
  winograd.outChannels = extent(conv->feature);
  winograd.constantFilter = workload.operands[1].isConstant;
  winograd.direct = 1;
  for (const Axis &axis : workload.axes)
    winograd.direct *= static_cast<double>(axis.extent);
  if (winograd.errorBound() > tolerance)
    return std::nullopt;
  return winograd;
}

/// Of normally distributed errors: P(any of n beyond z deviations) <= 2 n exp(-z^2 / 2). Of a
/// tile's outputs one has the largest deviation.
double Winograd::errorBound() const {
  double worstPlaces = static_cast<double>(tiles()) * static_cast<double>(outChannels);
  double z = std::sqrt(2 * std::log(2 * worstPlaces / 0.01));
  return z * winogradDeviation(m, inChannels);
}

double Winograd::multiplyAdds() const {
  return static_cast<double>(points() * tiles()) * static_cast<double>(inChannels * outChannels);
}

Workload Winograd::matmul(const Workload &convolution) const {
  Workload workload = convolution;
  workload.anchor = AnchorKind::contraction;
  workload.fusedResults.clear(); // the transforms take the epilogue along
  workload.axes = {{"a", points(), AxisKind::parallel},
                   {"t", tiles(), AxisKind::parallel},
                   {"f", outChannels, AxisKind::parallel},
                   {"c", inChannels, AxisKind::reduction}};
  auto operand = [&](std::string name, std::initializer_list<unsigned> axes) {
    Operand described;
    described.name = std::move(name);
    for (unsigned axis : axes) {
      described.shape.push_back(workload.axes[axis].extent);
      described.index.push_back({{{axis, 1}}, 0});
    }
    return described;
  };
  workload.operands = {operand("in0", {a, t, c}), operand("in1", {a, c, f}),
                       operand("out", {a, t, f})};
  workload.operands[1].isConstant = constantFilter;
  workload.operands[2].isOutput = true;
  return workload;
}

double Winograd::cycles(const Blocking &blocking, const Target &target, unsigned threads) const {
  double lanes = static_cast<double>(target.vectorBits) / 32,
         l2 = static_cast<double>(target.l2Bytes), l3 = static_cast<double>(target.l3Bytes);
  auto batch = static_cast<double>(blocking.batch), rows = static_cast<double>(blocking.rows);
  auto all = static_cast<double>(tiles());
  auto in = static_cast<double>(inChannels), out = static_cast<double>(outChannels);
  auto bytesOf = [&](double elements) { return 4 * static_cast<double>(points()) * elements; };
  double inputs = bytesOf(batch * in),
         products = bytesOf(batch * static_cast<double>(blocking.filters)),
         filters = bytesOf(in * out);
  // More rows share a vector of filters, and from four on they hide the latency of their
  // multiply-adds.
  double multiplying = multiplyAdds() / (2 * lanes) * (std::ceil(batch / rows) * rows / batch) *
                       (1 + 1 / rows) * std::max(1.0, 4 / rows);
  double filterRate = filters + inputs + products < l2 ? 32
                      : filters < l3 / 2               ? 10
                                                       : 6; // bytes a cycle
  double streaming = filters * all / batch / filterRate;
  double shares = out / static_cast<double>(blocking.share); // each transforms all inputs
  double kept = shares * bytesOf(all * in) / (inputs + products < l2 / 2 ? 32 : 10) +
                bytesOf(all * out) / (products < l2 / 8 ? 32 : 10);
  double transforming = 2.5 * static_cast<double>(points()) * all * std::ceil((shares * in + out) / lanes);
  double loops = 50 * static_cast<double>(points()) * all / batch *
                 (out / static_cast<double>(blocking.filters));
  double units = all / static_cast<double>(blocking.unit) * shares, each = std::ceil(units / threads);
  return (std::max(multiplying, streaming) + 2 * kept + transforming + loops) * each / units;
}

int64_t Winograd::inputBytes(const LoopNest &nest) const {
  return 4 * points() * nest.axes[t].tile * inChannels;
}

int64_t Winograd::productBytes(const LoopNest &nest) const {
  return 4 * points() * nest.axes[t].tile * nest.axes[f].tile;
}

bool Winograd::legal(const LoopNest &nest) const {
  int64_t unit = nest.axes[t].par, batch = nest.axes[t].tile;
  bool rowsOfTiles = unit % columns == 0 && rows % (unit / columns) == 0;
  if (unit < tiles() && !rowsOfTiles)
    return false;
  int64_t insideLoops =
      (batch < tiles() || nest.axes[f].par < outChannels ? inputBytes(nest) : 0) +
      (batch < tiles() || nest.axes[f].tile < outChannels ? productBytes(nest) : 0);
  return insideLoops <= stackBytes;
}

} // namespace alt
