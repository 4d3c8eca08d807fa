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
  if (winograd.errorBound() > info(ElementType::f32).tolerance)
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

/// Cycles of the products of one batch: in every register tile a step along the channels is bound
/// by its arithmetic, its loads or its latency; what the registers do not hold goes through memory.
static double multiplying(const LoopNest::Level &tiles, const LoopNest::Level &filters,
                          int64_t steps, const Target &target) {
  constexpr double latency = 4, loop = 1;
  double cycles = 0;
  for (Cut rows : cut(tiles.tile, tiles.reg))
    for (Cut features : cut(filters.tile, filters.reg)) {
      auto r = static_cast<double>(rows.size),
           vectors = static_cast<double>(ceilDiv(features.size, target.vectorBits / 32)),
           loads = r + vectors,
           spilled = std::max(0.0, r * vectors + vectors + 1 - target.vectorRegisters);
      cycles += static_cast<double>(rows.count * features.count * steps) *
                (std::max({r * vectors / 2, loads / 2, latency}) + loads / 20 + 2 * spilled + loop);
    }
  return cycles;
}

/// How much is computed along an axis, by whole tiles of it, in one unit and in all.
static int64_t computed(const LoopNest::Level &axis, int64_t unit) {
  return ceilDiv(std::min(axis.par, axis.extent - unit * axis.par), axis.tile) * axis.tile;
}
static int64_t computed(const LoopNest::Level &axis) {
  int64_t last = unitsAlong(axis) - 1;
  return last * axis.par + computed(axis, last);
}

/// Of all the work, what the thread has that has most: each takes as many units as others, or one
/// more.
static double longestShare(const LoopNest &nest, unsigned threads) {
  const LoopNest::Level &tile = nest.axes[Winograd::t], &feature = nest.axes[Winograd::f];
  int64_t shares = unitsAlong(feature), units = unitsAlong(tile) * shares, longest = 0;
  for (int64_t thread = 0; thread < threads; ++thread) {
    int64_t sum = 0;
    for (int64_t unit = units * thread / threads; unit < units * (thread + 1) / threads; ++unit)
      sum += computed(tile, unit / shares) * computed(feature, unit % shares);
    longest = std::max(longest, sum);
  }
  return static_cast<double>(longest) / static_cast<double>(computed(tile) * computed(feature));
}

// What the constants say was found by timing some two thousand schedules of 19 convolutions, 7x7 to
// 112x112, for one thread and two on a Zen 5 with AVX-512.
double Winograd::cycles(const LoopNest &nest, const Target &target, unsigned threads) const {
  const LoopNest::Level &tile = nest.axes[t], &feature = nest.axes[f];
  auto real = [](int64_t value) { return static_cast<double>(value); };
  int64_t batch = tile.tile, lanes = target.vectorBits / 32;
  double batches = real(tiles()) / real(batch),
         blocks = batches * real(computed(feature)) / real(feature.tile),
         panels = batches * real(points()) * real(outChannels) / real(feature.reg),
         shares = real(unitsAlong(feature)); // each transforms all inputs for itself
  double inputVectors = shares * real(ceilDiv(inChannels, lanes)),
         outputVectors = real(ceilDiv(outChannels, lanes));
  double computing = blocks * multiplying(tile, feature, points() * inChannels, target) +
                     real(points() * tiles()) * (7 * inputVectors + 2 * outputVectors);

  // Cache lines that come from further away than L1, and what each costs beyond what is hidden.
  constexpr double line = 64, fromL2 = 0.5, fromL3 = 0.5, fromMemory = 5;
  auto l1 = 0.9 * real(target.l1Bytes), l2 = real(target.l2Bytes), l3 = 0.45 * real(target.l3Bytes);
  double row = 4 * real(inChannels), panel = row * real(feature.reg),
         filters = 4 * real(points() * inChannels * outChannels), kept = real(batchBytes(nest));
  // What whole register tiles leave of a batch goes over the filters by itself.
  double passes = batch % tile.reg ? 2 : 1, rowsOfTiles = real(ceilDiv(batch, tile.reg));
  double loading = 0, sharedLoading = passes * batches * fromMemory * std::max(0.0, filters - l3);
  if (filters / shares + kept > l2)
    loading += passes * batches * fromL3 * filters;
  if (panel + row * real(tile.reg) > l1)
    loading += (rowsOfTiles - passes) * panels * fromL2 * panel;
  if (panel + row * real(batch) > l1)
    loading += panels * 2 * fromL2 * row * real(batch);
  if (kept > l2 / 2) // written and read again
    loading += 2 * line * real(points() * tiles()) * (inputVectors + outputVectors);

  double together = threads > 1 ? 1.5 : 1; // one core alone does not use all of memory
  return (computing + loading / line) * longestShare(nest, threads) +
         sharedLoading / line / together;
}

int64_t Winograd::inputBytes(const LoopNest &nest) const {
  return 4 * points() * nest.axes[t].tile * inChannels;
}

int64_t Winograd::productBytes(const LoopNest &nest) const {
  return 4 * points() * nest.axes[t].tile * nest.axes[f].tile;
}

bool Winograd::legal(const LoopNest &nest) const {
  int64_t unit = nest.axes[t].par, batch = nest.axes[t].tile;
  bool rowsOfTiles = unit % columns == 0 && (images == 1 || rows % (unit / columns) == 0);
  if ((unit < tiles() && !rowsOfTiles) || tiles() % unit % batch != 0)
    return false;
  int64_t insideLoops =
      (batch < tiles() || nest.axes[f].par < outChannels ? inputBytes(nest) : 0) +
      (batch < tiles() || nest.axes[f].tile < outChannels ? productBytes(nest) : 0);
  return insideLoops <= stackBytes;
}

} // namespace alt
