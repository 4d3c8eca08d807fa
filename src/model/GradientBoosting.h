// Gradient-boosted regression trees over binned columns, made for many small refits: a few hundred
// rows, every few trials. The trees are symmetric (all nodes of a level ask the same question, as
// in CatBoost): a tree is a handful of questions, which overfits a few rows less and is scored for
// many rows at once. XGBoost's C API takes many times as long at that size (docs/learning.md has
// the figures) because it rebuilds its own sketches, threads and logs each time. For one large fit
// use XGBoost.h.
#pragma once
#include "model/Matrix.h"
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace alt {

struct BoostingOptions {
  unsigned trees = 20;
  unsigned depth = 5;          ///< at most 8; leaves are 2^depth
  float eta = 0.3f;            ///< shrinkage of each tree
  float lambda = 1.0f;         ///< L2 on leaf values, in units of weight
  float minChildWeight = 1.0f; ///< a node with less on a side gains nothing by the split
  float columnShare = 0.3f;    ///< columns that a level of a tree may use
  unsigned maxColumns = 64;    ///< at most so many: bounds the cost of wide features
  enum class Loss { squared, logistic } loss = Loss::squared;
};

/// Training rows with each column replaced by the number of its bin, column after column. Made
/// once, fitted many times.
class BinnedRows {
public:
  static constexpr unsigned maxBins = 64;
  explicit BinnedRows(const Matrix &);
  size_t rows() const { return rowCount; }
  size_t columns() const { return offsets.size() - 1; }
  const uint8_t *column(size_t c) const { return bins.data() + c * rowCount; }
  unsigned binCount(size_t column) const { return offsets[column + 1] - offsets[column]; }
  /// Values <= this are in bin `bin` or below.
  float upperEdge(size_t column, unsigned bin) const { return edges[offsets[column] + bin]; }

private:
  size_t rowCount;
  std::vector<uint8_t> bins;
  std::vector<unsigned> offsets; ///< where each column's edges begin
  std::vector<float> edges;
};

class GradientBoosting {
public:
  struct Question {
    float threshold; ///< infinite where nothing was worth asking: all rows go left
    uint32_t column;
  };
  /// A model as plain data, to keep it in a file. Tree after tree: `depth` questions, 2^depth
  /// leaves. A row's leaf is the number whose binary digits are its answers, the first one leading;
  /// 1 where its value is above the threshold.
  struct Trees {
    float base = 0;
    unsigned depth = 0;
    std::vector<Question> questions;
    std::vector<float> leaves;
  };
  GradientBoosting() = default;
  explicit GradientBoosting(Trees trees) : trees(std::move(trees)) {}
  const Trees &plain() const { return trees; }
  /// weights: one a row, or none for all ones. Needs at least one row.
  static GradientBoosting fit(const BinnedRows &, std::span<const float> labels,
                              std::span<const float> weights, const BoostingOptions &,
                              std::mt19937_64 &);
  /// The raw margin; a logistic model's probability is 1 / (1 + exp(-margin)).
  float predict(std::span<const float> row) const;
  /// The same of every row.
  void predict(const Columns &, std::span<float> margins) const;
  /// The number of the leaf that a row falls into, tree after tree.
  void appendLeaves(const Columns &, size_t row, std::vector<uint8_t> &) const;

private:
  struct Grower;
  Trees trees;
};

} // namespace alt
