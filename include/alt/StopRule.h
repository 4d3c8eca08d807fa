// When to stop although the budget is not used up: the curve has been flat for long enough.
#pragma once
#include <cstddef>

namespace alt {

/// Counting beats the models here: their expected improvement knows nothing of regions without data
/// and calls the end far too early (docs/learning.md has both).
struct StopOptions {
  unsigned patience = 128; ///< trials without a gain; more: later and surer
  double gain = 0.005;     ///< what counts as one, relative
  double left = 0.03; ///< what it says is left at most; docs/learning.md has how often that held
};

class StopRule {
public:
  explicit StopRule(StopOptions options = {}) : options(options) {}
  /// The best time so far after one more trial, in any unit; infinite until something ran.
  void add(double best);
  bool converged() const { return trials - lastGain >= options.patience && hasRun; }
  /// The share of time that a further search may still save, meant as an upper bound in 80 % of
  /// runs. 1 before it has converged: nobody knows.
  double expectedLeft() const { return converged() ? options.left : 1; }

private:
  StopOptions options;
  size_t trials = 0, lastGain = 0;
  double reference = 0;
  bool hasRun = false;
};

} // namespace alt
