// One tuner on one space over its seeds: the row that all formats print.
#pragma once
#include "alt/Compare.h"

namespace alt {

struct SummaryRow {
  size_t space = 0, tuner = 0;
  std::vector<double> metrics; ///< means, one for each of compareMetrics()
  double reached5 = 0;         ///< share of the runs that came within 5 %
  struct Quality {
    unsigned trials;
    double mean, low; ///< share of the best throughput: mean and 10th percentile over the runs
  };
  std::vector<Quality> after; ///< 50, 100, 200, 400 trials, as far as the run goes
  double learningSeconds = 0;
};

std::vector<SummaryRow> summarise(const Comparison &);
/// The q-quantile (nearest rank); sorts its argument.
double quantile(std::vector<double> &values, double q);
/// A run's quality after so many trials; its last when it ended before.
double qualityAfter(const CompareRun &, size_t trials);

} // namespace alt
