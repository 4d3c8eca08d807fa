#include "model/GradientBoosting.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace alt {

BinnedRows::BinnedRows(const Matrix &matrix)
    : rowCount(matrix.rows()), bins(matrix.rows() * matrix.columns), offsets{0} {
  std::vector<float> values(rowCount);
  for (size_t column = 0; column < matrix.columns; ++column) {
    for (size_t i = 0; i < rowCount; ++i)
      values[i] = matrix.values[i * matrix.columns + column];
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    size_t distinct = values.size(), count = std::min<size_t>(distinct, maxBins);
    size_t first = edges.size();
    for (size_t bin = 0; bin + 1 < count; ++bin) { // halfway between neighbours
      size_t last = (bin + 1) * distinct / count - 1;
      edges.push_back(0.5f * (values[last] + values[last + 1]));
    }
    edges.push_back(std::numeric_limits<float>::infinity());
    for (size_t i = 0; i < rowCount; ++i) {
      float value = matrix.values[i * matrix.columns + column];
      auto at = std::lower_bound(edges.begin() + ptrdiff_t(first), edges.end(), value);
      bins[i * matrix.columns + column] = uint8_t(at - edges.begin() - ptrdiff_t(first));
    }
    offsets.push_back(unsigned(edges.size()));
    values.resize(rowCount);
  }
}

/// Grows one tree, level by level, on gradients and weights that its caller keeps up to date.
struct GradientBoosting::Grower {
  struct Sums {
    float gradient = 0, weight = 0;
  };
  struct Range { ///< the rows of one node, in `order`
    uint32_t begin = 0, end = 0;
    Sums sums;
    std::vector<Sums> histogram; ///< over the tree's columns; empty when not to be split
  };

  const BinnedRows &rows;
  const BoostingOptions &options;
  std::vector<Sums> sums;      ///< a row's gradient and second derivative
  std::vector<uint32_t> order; ///< rows, those of one node together
  std::vector<uint32_t> scratch;
  std::vector<uint32_t> columns;        ///< that this tree may use
  std::vector<uint32_t> starts;         ///< of each of them in a histogram
  std::vector<std::vector<Sums>> spare; ///< histograms to use again

  Grower(const BinnedRows &rows, const BoostingOptions &options)
      : rows(rows), options(options), sums(rows.rows()), order(rows.rows()), scratch(rows.rows()) {}

  void sampleColumns(std::mt19937_64 &rng) {
    std::vector<uint32_t> usable;
    for (size_t c = 0; c < rows.columns(); ++c)
      if (rows.binCount(c) > 1)
        usable.push_back(uint32_t(c));
    size_t wanted = size_t(std::ceil(options.columnShare * float(usable.size())));
    wanted = std::min({std::max<size_t>(wanted, 1), size_t(options.maxColumns), usable.size()});
    for (size_t i = 0; i < wanted; ++i) // the start of a Fisher-Yates shuffle
      std::swap(usable[i], usable[i + rng() % (usable.size() - i)]);
    usable.resize(wanted);
    std::sort(usable.begin(), usable.end());
    columns = std::move(usable);
    starts.assign(1, 0);
    for (uint32_t c : columns)
      starts.push_back(starts.back() + rows.binCount(c));
  }

  std::vector<Sums> freshHistogram() {
    std::vector<Sums> histogram;
    if (!spare.empty()) {
      histogram = std::move(spare.back());
      spare.pop_back();
    }
    histogram.assign(starts.back(), {});
    return histogram;
  }

  std::vector<Sums> histogramOf(const Range &node) {
    std::vector<Sums> histogram = freshHistogram();
    for (uint32_t at = node.begin; at < node.end; ++at) {
      const uint8_t *bins = rows.row(order[at]);
      Sums add = sums[order[at]];
      for (size_t c = 0; c < columns.size(); ++c) {
        Sums &bin = histogram[starts[c] + bins[columns[c]]];
        bin.gradient += add.gradient;
        bin.weight += add.weight;
      }
    }
    return histogram;
  }

  float gain(Sums side) const {
    return side.gradient * side.gradient / (side.weight + options.lambda);
  }
  float leaf(Sums node) const {
    return -options.eta * node.gradient / (node.weight + options.lambda);
  }

  struct Split {
    float gain = 0;
    size_t column = 0; ///< index into `columns`
    unsigned bin = 0;  ///< the last bin that goes left
    Sums left;
  };
  Split bestSplit(const Range &node) const {
    Split best;
    float parent = gain(node.sums) + 1e-6f;
    for (size_t c = 0; c < columns.size(); ++c) {
      Sums left;
      for (uint32_t bin = starts[c]; bin + 1 < starts[c + 1]; ++bin) {
        if (node.histogram[bin].weight == 0)
          continue;
        left.gradient += node.histogram[bin].gradient;
        left.weight += node.histogram[bin].weight;
        Sums right{node.sums.gradient - left.gradient, node.sums.weight - left.weight};
        if (left.weight < options.minChildWeight || right.weight < options.minChildWeight)
          continue;
        if (float found = gain(left) + gain(right) - parent; found > best.gain)
          best = {found, c, bin - starts[c], left};
      }
    }
    return best;
  }

  uint32_t partition(const Range &node, size_t column, unsigned bin) {
    uint32_t left = node.begin, right = 0;
    for (uint32_t at = node.begin; at < node.end; ++at) {
      if (rows.row(order[at])[column] <= bin)
        order[left++] = order[at];
      else
        scratch[right++] = order[at];
    }
    std::copy_n(scratch.begin(), right, order.begin() + left);
    return left;
  }

  /// Appends the tree to `model` and adds its leaves to the rows' margins.
  void grow(GradientBoosting &model, std::span<float> margins) {
    size_t inner = (size_t(1) << options.depth) - 1;
    size_t firstNode = model.nodes.size(), firstLeaf = model.leaves.size();
    model.nodes.resize(firstNode + inner, {std::numeric_limits<float>::infinity(), 0});
    model.leaves.resize(firstLeaf + inner + 1, 0.0f);
    std::iota(order.begin(), order.end(), 0);
    std::vector<Range> level(1), next;
    level[0].end = uint32_t(rows.rows());
    for (const Sums &row : sums) {
      level[0].sums.gradient += row.gradient;
      level[0].sums.weight += row.weight;
    }
    level[0].histogram = histogramOf(level[0]);
    for (unsigned d = 0; d < options.depth; ++d) {
      next.assign(level.size() * 2, {});
      for (size_t i = 0; i < level.size(); ++i) {
        Range &node = level[i];
        Range &left = next[2 * i], &right = next[2 * i + 1];
        Split split;
        if (!node.histogram.empty())
          split = bestSplit(node);
        if (split.gain <= 0) { // keeps its rows, all to the left; the right leaf says the same
          left = {node.begin, node.end, node.sums, {}};
          right = {node.end, node.end, node.sums, {}};
          continue;
        }
        uint32_t column = columns[split.column];
        model.nodes[firstNode + (size_t(1) << d) - 1 + i] = {rows.upperEdge(column, split.bin),
                                                             column};
        uint32_t middle = partition(node, column, split.bin);
        left = {node.begin, middle, split.left, {}};
        right = {middle,
                 node.end,
                 {node.sums.gradient - split.left.gradient, node.sums.weight - split.left.weight},
                 {}};
        if (d + 1 < options.depth)
          splitHistogram(node, left, right);
      }
      for (Range &node : level)
        if (!node.histogram.empty())
          spare.push_back(std::move(node.histogram));
      std::swap(level, next);
    }
    for (size_t i = 0; i < level.size(); ++i) {
      float value = leaf(level[i].sums);
      model.leaves[firstLeaf + i] = value;
      for (uint32_t at = level[i].begin; at < level[i].end; ++at)
        margins[order[at]] += value;
    }
  }

  /// The smaller child is counted; the larger is the parent less the smaller.
  void splitHistogram(Range &node, Range &left, Range &right) {
    bool leftIsSmaller = left.end - left.begin < right.end - right.begin;
    Range &small = leftIsSmaller ? left : right, &large = leftIsSmaller ? right : left;
    auto splittable = [&](const Range &range) {
      return range.sums.weight >= 2 * options.minChildWeight && range.end - range.begin > 1;
    };
    if (!splittable(small) && !splittable(large))
      return;
    std::vector<Sums> counted = histogramOf(small);
    if (splittable(large)) {
      large.histogram = std::move(node.histogram);
      for (size_t b = 0; b < counted.size(); ++b) {
        large.histogram[b].gradient -= counted[b].gradient;
        large.histogram[b].weight -= counted[b].weight;
      }
    }
    if (splittable(small))
      small.histogram = std::move(counted);
    else
      spare.push_back(std::move(counted));
  }
};

GradientBoosting GradientBoosting::fit(const BinnedRows &rows, std::span<const float> labels,
                                       std::span<const float> weights,
                                       const BoostingOptions &options, std::mt19937_64 &rng) {
  size_t count = rows.rows();
  assert(count > 0 && labels.size() == count && (weights.empty() || weights.size() == count));
  assert(options.depth >= 1 && options.depth <= 8);
  auto weight = [&](size_t i) { return weights.empty() ? 1.0f : weights[i]; };
  double total = 0, sum = 0;
  for (size_t i = 0; i < count; ++i) {
    total += weight(i);
    sum += weight(i) * labels[i];
  }
  GradientBoosting model;
  model.depth = options.depth;
  bool logistic = options.loss == BoostingOptions::Loss::logistic;
  double mean = total > 0 ? sum / total : 0;
  if (logistic) {
    mean = std::clamp(mean, 1e-3, 1 - 1e-3);
    mean = std::log(mean / (1 - mean));
  }
  model.base = float(mean);
  std::vector<float> margins(count, model.base);
  Grower grower(rows, options);
  for (unsigned tree = 0; tree < options.trees; ++tree) {
    grower.sampleColumns(rng);
    if (grower.columns.empty())
      break; // all rows look alike: the base is all there is to say
    for (size_t i = 0; i < count; ++i) {
      if (logistic) {
        float p = 1.0f / (1.0f + std::exp(-margins[i]));
        grower.sums[i] = {weight(i) * (p - labels[i]), weight(i) * std::max(p * (1 - p), 1e-6f)};
      } else {
        grower.sums[i] = {weight(i) * (margins[i] - labels[i]), weight(i)};
      }
    }
    grower.grow(model, margins);
  }
  return model;
}

float GradientBoosting::predict(std::span<const float> row) const {
  size_t inner = (size_t(1) << depth) - 1, trees = leaves.size() / (inner + 1);
  float sum = base;
  const Node *tree = nodes.data();
  const float *leaf = leaves.data();
  for (size_t t = 0; t < trees; ++t, tree += inner, leaf += inner + 1) {
    size_t at = 0;
    for (unsigned d = 0; d < depth; ++d)
      at = 2 * at + 1 + (row[tree[at].column] > tree[at].threshold);
    sum += leaf[at - inner];
  }
  return sum;
}

} // namespace alt
