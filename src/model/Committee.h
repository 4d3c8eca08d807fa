// Score and uncertainty in one: boosted models on Bayesian bootstraps of the same rows (weights
// drawn from Exp(1), Rubin 1981). Their mean is the score, their spread what the data leave open.
#pragma once
#include "model/GradientBoosting.h"

namespace alt {

struct CommitteeOptions {
  unsigned members = 8;
  BoostingOptions boosting;
};

class Committee {
public:
  struct Prediction {
    float mean = 0, deviation = 0;
  };
  Committee() = default;
  explicit Committee(std::vector<GradientBoosting> members) : members(std::move(members)) {}
  static Committee fit(const Matrix &rows, std::span<const float> labels, const CommitteeOptions &,
                       std::mt19937_64 &);
  Prediction predict(std::span<const float> row) const;
  /// Of every row.
  std::vector<Prediction> predict(const Columns &) const;
  bool empty() const { return members.empty(); }
  std::span<const GradientBoosting> models() const { return members; }

private:
  std::vector<GradientBoosting> members;
};

} // namespace alt
