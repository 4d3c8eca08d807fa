#include "model/GradientBoosting.h"
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace alt {

static constexpr unsigned maxDepth = 8, maxLeaves = 1u << maxDepth;

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
      bins[column * rowCount + i] = uint8_t(at - edges.begin() - ptrdiff_t(first));
    }
    offsets.push_back(unsigned(edges.size()));
    values.resize(rowCount);
  }
}

/// Grows one tree, level by level, on gradients and weights that its caller keeps up to date.
struct GradientBoosting::Grower {
  /// Sums over the rows of each node of a level.
  struct Sums {
    std::array<float, maxLeaves> gradient{}, weight{};
  };

  const BinnedRows &rows;
  const BoostingOptions &options;
  std::vector<float> gradient, weight; ///< of a row: gradient and second derivative of the loss
  std::vector<uint8_t> node;           ///< of a row, on the level that is being grown
  std::vector<uint32_t> usable;        ///< columns that tell some rows apart; shuffled
  std::vector<float> histogram;        ///< of one column: gradients, then weights of a bin's nodes

  Grower(const BinnedRows &rows, const BoostingOptions &options)
      : rows(rows), options(options), gradient(rows.rows()), weight(rows.rows()),
        node(rows.rows()) {
    for (size_t c = 0; c < rows.columns(); ++c)
      if (rows.binCount(c) > 1)
        usable.push_back(uint32_t(c));
  }

  /// Moves a random share of the usable columns to the front.
  size_t sampleColumns(std::mt19937_64 &rng) {
    size_t wanted = size_t(std::ceil(options.columnShare * float(usable.size())));
    wanted = std::min({std::max<size_t>(wanted, 1), size_t(options.maxColumns), usable.size()});
    for (size_t i = 0; i < wanted; ++i)
      std::swap(usable[i], usable[i + rng() % (usable.size() - i)]);
    return wanted;
  }

  Sums sumNodes() const {
    Sums sums;
    for (size_t i = 0; i < node.size(); ++i) {
      sums.gradient[node[i]] += gradient[i];
      sums.weight[node[i]] += weight[i];
    }
    return sums;
  }

  float quality(float gradient, float weight) const {
    return gradient * gradient / (weight + options.lambda);
  }

  void count(uint32_t column, size_t nodes) {
    histogram.assign(rows.binCount(column) * nodes * 2, 0.0f);
    const uint8_t *bins = rows.column(column);
    for (size_t i = 0; i < node.size(); ++i) {
      float *bin = histogram.data() + bins[i] * nodes * 2 + node[i];
      bin[0] += gradient[i];
      bin[nodes] += weight[i];
    }
  }

  struct Split {
    float quality = 0;
    uint32_t column = 0;
    unsigned bin = 0; ///< the last that goes left
  };
  /// The best last-left bin of one counted column, if better than `best`.
  template <size_t nodes>
  void scan(uint32_t column, const Sums &total, const std::array<float, maxLeaves> &unsplit,
            Split &best) const {
    // Plain local arrays of known length: the loops over nodes run in vectors.
    float left[nodes] = {}, leftWeight[nodes] = {}, all[nodes], allWeight[nodes], before[nodes];
    std::copy_n(total.gradient.begin(), nodes, all);
    std::copy_n(total.weight.begin(), nodes, allWeight);
    std::copy_n(unsplit.begin(), nodes, before);
    const float lambda = options.lambda, least = options.minChildWeight;
    const float *bin = histogram.data();
    for (unsigned b = 0; b + 1 < rows.binCount(column); ++b, bin += 2 * nodes) {
      float found[nodes];
      for (size_t n = 0; n < nodes; ++n) {
        left[n] += bin[n];
        leftWeight[n] += bin[nodes + n];
        // left^2 / (left weight + lambda) + the same of the right side, over one denominator
        float right = all[n] - left[n], rightWeight = allWeight[n] - leftWeight[n];
        float l = leftWeight[n] + lambda, r = rightWeight + lambda;
        float split = (left[n] * left[n] * r + right * right * l) / (l * r);
        found[n] = std::min(leftWeight[n], rightWeight) >= least ? split : before[n];
      }
      float sum = 0;
      for (size_t n = 0; n < nodes; ++n)
        sum += found[n];
      if (sum > best.quality)
        best = {sum, column, b};
    }
  }

  /// The one question that gains most over all nodes of a level; quality 0 when none gains.
  Split bestSplit(size_t nodes, const Sums &total, std::mt19937_64 &rng) {
    std::array<float, maxLeaves> unsplit{};
    float before = 1e-6f;
    for (size_t n = 0; n < nodes; ++n)
      before += unsplit[n] = quality(total.gradient[n], total.weight[n]);
    Split best{before, 0, 0};
    size_t wanted = sampleColumns(rng);
    for (size_t i = 0; i < wanted; ++i) {
      count(usable[i], nodes);
      switch (nodes) { // the width of the inner loop, known when it is compiled
      case 1:
        scan<1>(usable[i], total, unsplit, best);
        break;
      case 2:
        scan<2>(usable[i], total, unsplit, best);
        break;
      case 4:
        scan<4>(usable[i], total, unsplit, best);
        break;
      case 8:
        scan<8>(usable[i], total, unsplit, best);
        break;
      case 16:
        scan<16>(usable[i], total, unsplit, best);
        break;
      case 32:
        scan<32>(usable[i], total, unsplit, best);
        break;
      case 64:
        scan<64>(usable[i], total, unsplit, best);
        break;
      default:
        scan<128>(usable[i], total, unsplit, best);
      }
    }
    return best.quality > before ? best : Split{};
  }

  /// Appends a tree to `model` and adds its leaves to the rows' margins.
  void grow(GradientBoosting &model, std::span<float> margins, std::mt19937_64 &rng) {
    std::fill(node.begin(), node.end(), 0);
    std::array<float, maxLeaves> value{}, parents{};
    for (unsigned level = 0;; ++level) {
      size_t nodes = size_t(1) << level;
      Sums total = sumNodes();
      for (size_t n = 0; n < nodes; ++n) // a node without rows says what its parent said
        value[n] = total.weight[n] > 0
                       ? -options.eta * total.gradient[n] / (total.weight[n] + options.lambda)
                       : parents[n / 2];
      if (level == options.depth)
        break;
      Split split = bestSplit(nodes, total, rng);
      bool asked = split.quality > 0;
      model.trees.questions.push_back(
          {asked ? rows.upperEdge(split.column, split.bin) : std::numeric_limits<float>::infinity(),
           split.column});
      const uint8_t *bins = rows.column(split.column);
      for (size_t i = 0; i < node.size(); ++i)
        node[i] = uint8_t(2 * node[i] + (asked && bins[i] > split.bin));
      parents = value;
    }
    model.trees.leaves.insert(model.trees.leaves.end(), value.begin(),
                              value.begin() + (1u << options.depth));
    for (size_t i = 0; i < node.size(); ++i)
      margins[i] += value[node[i]];
  }
};

GradientBoosting GradientBoosting::fit(const BinnedRows &rows, std::span<const float> labels,
                                       std::span<const float> weights,
                                       const BoostingOptions &options, std::mt19937_64 &rng) {
  size_t count = rows.rows();
  assert(count > 0 && labels.size() == count && (weights.empty() || weights.size() == count));
  assert(options.depth >= 1 && options.depth <= maxDepth);
  auto weight = [&](size_t i) { return weights.empty() ? 1.0f : weights[i]; };
  double total = 0, sum = 0;
  for (size_t i = 0; i < count; ++i) {
    total += weight(i);
    sum += weight(i) * labels[i];
  }
  GradientBoosting model;
  model.trees.depth = options.depth;
  bool logistic = options.loss == BoostingOptions::Loss::logistic;
  double mean = total > 0 ? sum / total : 0;
  if (logistic) {
    mean = std::clamp(mean, 1e-3, 1 - 1e-3);
    mean = std::log(mean / (1 - mean));
  }
  model.trees.base = float(mean);
  std::vector<float> margins(count, model.trees.base);
  Grower grower(rows, options);
  if (grower.usable.empty())
    return model; // all rows look alike: the base is all there is to say
  for (unsigned tree = 0; tree < options.trees; ++tree) {
    for (size_t i = 0; i < count; ++i) {
      float p = logistic ? 1.0f / (1.0f + std::exp(-margins[i])) : margins[i];
      grower.gradient[i] = weight(i) * (p - labels[i]);
      grower.weight[i] = weight(i) * (logistic ? std::max(p * (1 - p), 1e-6f) : 1.0f);
    }
    grower.grow(model, margins, rng);
  }
  return model;
}

float GradientBoosting::predict(std::span<const float> row) const {
  const auto &[base, depth, questions, leaves] = trees;
  float sum = base;
  const Question *question = questions.data();
  for (size_t leaf = 0; leaf < leaves.size(); leaf += size_t(1) << depth) {
    size_t at = 0;
    for (unsigned d = 0; d < depth; ++d, ++question)
      at = 2 * at + (row[question->column] > question->threshold);
    sum += leaves[leaf + at];
  }
  return sum;
}

void GradientBoosting::predict(const Columns &columns, std::span<float> margins) const {
  const auto &[base, depth, questions, leaves] = trees;
  assert(margins.size() == columns.rows);
  std::fill(margins.begin(), margins.end(), base);
  constexpr size_t block = 512; // rows whose leaf numbers and margins stay in the nearest cache
  std::array<uint32_t, block> at;
  for (size_t begin = 0; begin < columns.rows; begin += block) {
    size_t count = std::min(block, columns.rows - begin);
    float *sums = margins.data() + begin;
    const Question *question = questions.data();
    for (size_t leaf = 0; leaf < leaves.size(); leaf += size_t(1) << depth) {
      at.fill(0);
      for (unsigned d = 0; d < depth; ++d, ++question) {
        const float *values = columns.column(question->column) + begin;
        float threshold = question->threshold;
        for (size_t i = 0; i < count; ++i)
          at[i] = 2 * at[i] + (values[i] > threshold);
      }
      for (size_t i = 0; i < count; ++i)
        sums[i] += leaves[leaf + at[i]];
    }
  }
}

void GradientBoosting::appendLeaves(const Columns &columns, size_t row,
                                    std::vector<uint8_t> &to) const {
  const Question *question = trees.questions.data();
  for (size_t leaf = 0; leaf < trees.leaves.size(); leaf += size_t(1) << trees.depth) {
    unsigned at = 0;
    for (unsigned d = 0; d < trees.depth; ++d, ++question)
      at = 2 * at + (columns.column(question->column)[row] > question->threshold);
    to.push_back(uint8_t(at));
  }
}

} // namespace alt
