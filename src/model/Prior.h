// What other kernels' measurements say of a schedule that nobody has measured yet: boosted models
// of shape-independent features. Each is fitted on its own draw of the kernels, so that they
// disagree where the kernels do.
#pragma once
#include "model/Committee.h"
#include <string>
#include <string_view>

namespace alt {

/// What a prior is made from: rows of several kernels.
struct PriorExamples {
  Matrix rows;
  /// The kernel's best time over the row's own; 0 when it failed. Comparable within a kernel only.
  std::vector<float> quality;
  std::vector<uint32_t> kernel;     ///< an index into `kernels`
  std::vector<std::string> unused;  ///< kernels of which nothing could be used, a sentence each
  std::vector<std::string> kernels; ///< their names
};

struct PriorOptions {
  unsigned members = 8;
  BoostingOptions boosting{
      .trees = 40, .depth = 5, .eta = 0.2f, .minChildWeight = 4, .columnShare = 0.5f};
};

class Prior {
public:
  Prior(std::string features, size_t columns, unsigned kernels, unsigned rows, Committee committee)
      : version(std::move(features)), columnCount(columns), kernelCount(kernels), rowCount(rows),
        committee(std::move(committee)) {}
  /// Needs at least one row. `features`: the version of what the rows hold.
  static Prior fit(std::string_view features, const PriorExamples &, const PriorOptions &,
                   std::mt19937_64 &);

  /// The features' version; rows of another one mean nothing to it.
  const std::string &features() const { return version; }
  size_t columns() const { return columnCount; }
  unsigned kernels() const { return kernelCount; }
  unsigned rows() const { return rowCount; }
  /// Expected quality, as in PriorExamples, and how far the members differ.
  Committee::Prediction predict(std::span<const float> row) const { return committee.predict(row); }
  std::vector<Committee::Prediction> predict(const Columns &rows) const {
    return committee.predict(rows);
  }
  std::span<const GradientBoosting> members() const { return committee.models(); }

private:
  std::string version;
  size_t columnCount;
  unsigned kernelCount, rowCount;
  Committee committee;
};

} // namespace alt
