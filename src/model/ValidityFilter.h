// Will it run? A boosted logistic classifier of schedules, and its probability made honest.
#pragma once
#include "model/GradientBoosting.h"

namespace alt {

class ValidityFilter {
public:
  /// Never less than this: no region is locked out for good, however sure the trees are.
  static constexpr float floor = 0.02f;

  ValidityFilter() = default;
  /// ran: 1 a row that ran, else 0. Stays empty (everything runs) until it has seen a failure and a
  /// success.
  static ValidityFilter fit(const Matrix &rows, std::span<const float> ran, const BoostingOptions &,
                            std::mt19937_64 &);
  bool empty() const { return !fitted; }
  float probability(std::span<const float> row) const;
  /// Of every row.
  std::vector<float> probabilities(const Columns &) const;

private:
  GradientBoosting model;
  bool fitted = false;
};

} // namespace alt
