// One XGBoost model through its C API: a scoped handle, one thread, nothing global, nothing logged.
// For the baselines, whose published form is XGBoost; ALT's own refits are too many and too small
// for it (GradientBoosting.h).
#pragma once
#include "model/Matrix.h"
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace alt {

class XGBoost {
public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  /// Keeps its own copy of the rows. No tree is grown yet.
  XGBoost(const Matrix &rows, std::span<const float> labels, const Parameters &);
  XGBoost(XGBoost &&) noexcept;
  XGBoost &operator=(XGBoost &&) noexcept;
  ~XGBoost();

  /// Grows one round of trees.
  void grow();
  /// What the rounds so far say of the training rows; cached, hence cheap.
  std::vector<float> trainingPredictions() const;
  /// Transformed as the objective says (a probability for binary:logistic).
  std::vector<float> predict(const Matrix &rows) const;
  /// The leaf that each row falls in, row-major, `trees` columns.
  std::vector<uint32_t> leaves(const Matrix &rows, size_t &trees) const;

private:
  void *data = nullptr;
  void *booster = nullptr;
  int rounds = 0;
};

} // namespace alt
