// Gradient-boosted regression trees over binned columns, made for many small refits: a few hundred
// rows, every few trials. XGBoost's C API takes 5 to 7 times as long at that size (docs/learning.md
// has the figures) because it rebuilds its own sketches, threads and logs each time. For one large
// fit use XGBoost.h.
#pragma once
#include "model/Matrix.h"
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace alt {

struct BoostingOptions {
  unsigned trees = 40;
  unsigned depth = 5;          ///< at most 8; leaves are 2^depth
  float eta = 0.3f;            ///< shrinkage of each tree
  float lambda = 1.0f;         ///< L2 on leaf values, in units of weight
  float minChildWeight = 1.0f; ///< least weight on either side of a split
  float columnShare = 0.7f;    ///< columns that a tree may use
  unsigned maxColumns = 64;    ///< at most so many columns a tree: bounds the cost of wide features
  enum class Loss { squared, logistic } loss = Loss::squared;
};

/// Training rows with each column replaced by the number of its bin. Made once, fitted many times.
class BinnedRows {
public:
  static constexpr unsigned maxBins = 250;
  explicit BinnedRows(const Matrix &);
  size_t rows() const { return rowCount; }
  size_t columns() const { return offsets.size() - 1; }
  const uint8_t *row(size_t i) const { return bins.data() + i * columns(); }
  /// Bins of column c are numbered [offset(c), offset(c + 1)) in a histogram over all columns.
  unsigned offset(size_t column) const { return offsets[column]; }
  unsigned binCount(size_t column) const { return offsets[column + 1] - offsets[column]; }
  /// Values <= this are in bin `bin` or below.
  float upperEdge(size_t column, unsigned bin) const { return edges[offsets[column] + bin]; }

private:
  size_t rowCount;
  std::vector<uint8_t> bins;
  std::vector<unsigned> offsets;
  std::vector<float> edges;
};

class GradientBoosting {
public:
  GradientBoosting() = default;
  /// weights: one a row, or none for all ones. Needs at least one row.
  static GradientBoosting fit(const BinnedRows &, std::span<const float> labels,
                              std::span<const float> weights, const BoostingOptions &,
                              std::mt19937_64 &);
  /// The raw margin; a logistic model's probability is 1 / (1 + exp(-margin)).
  float predict(std::span<const float> row) const;

private:
  struct Grower;
  float base = 0;
  unsigned depth = 0;
  // Complete trees, one after another: 2^depth - 1 inner nodes (a node that was not split sends
  // everything left; both its sides hold the same leaf) and 2^depth leaves.
  struct Node {
    float threshold;
    uint32_t column;
  };
  std::vector<Node> nodes;
  std::vector<float> leaves;
};

} // namespace alt
