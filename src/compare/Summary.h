// One tuner on one space over its seeds: the row that all formats print.
#pragma once
#include "alt/Compare.h"

namespace alt {

/// The trials after which the best so far is told: a first batch, then doublings.
inline constexpr unsigned checkpoints[] = {16, 50, 100, 200, 400};

struct SummaryRow {
  size_t space = 0, tuner = 0;
  std::vector<double> metrics; ///< means, one for each of compareMetrics()
  double reached5 = 0;         ///< share of the runs that came within 5 %
  struct Quality {
    unsigned trials;
    double mean, low; ///< share of the best throughput: mean and 10th percentile over the runs
  };
  std::vector<Quality> after; ///< at the checkpoints, as far as the runs go
  double learningSeconds = 0;
};

std::vector<SummaryRow> summarise(const Comparison &);
/// "9000 points", "about 3e+09 points, 1200 measured".
std::string sizeText(const ComparedSpace &);
/// The q-quantile (nearest rank); sorts its argument.
double quantile(std::vector<double> &values, double q);
/// A run's quality after so many trials; its last when it ended before.
double qualityAfter(const CompareRun &, size_t trials);

} // namespace alt
