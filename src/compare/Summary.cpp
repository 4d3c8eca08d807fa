#include "compare/Summary.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace alt {

std::string sizeText(const ComparedSpace &space) {
  if (space.points == double(space.measured))
    return std::to_string(space.measured) + " points";
  char text[96];
  std::snprintf(text, sizeof text, "about %.1g points, %zu measured", space.points, space.measured);
  return text;
}

double quantile(std::vector<double> &values, double q) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  return values[size_t(std::llround(q * double(values.size() - 1)))];
}

double qualityAfter(const CompareRun &run, size_t trials) {
  if (run.quality.empty() || trials == 0)
    return 0;
  return run.quality[std::min(trials, run.quality.size()) - 1];
}

std::vector<SummaryRow> summarise(const Comparison &comparison) {
  std::vector<SummaryRow> rows;
  for (size_t s = 0; s < comparison.spaces.size(); ++s)
    for (size_t t = 0; t < comparison.options.tuners.size(); ++t) {
      SummaryRow row{s, t, {}, 0, {}, 0};
      auto runs = comparison.runsOf(s, t);
      double count = double(runs.size());
      for (std::string_view metric : compareMetrics()) {
        double sum = 0;
        for (const CompareRun &run : runs)
          sum += metricOf(comparison, run, metric);
        row.metrics.push_back(sum / count);
      }
      for (const CompareRun &run : runs) {
        row.reached5 += (!run.quality.empty() && run.quality.back() >= 0.95f) / count;
        row.learningSeconds += run.learningSeconds / count;
      }
      for (unsigned trials : checkpoints) {
        if (trials > comparison.options.trials)
          break;
        std::vector<double> values;
        double sum = 0;
        for (const CompareRun &run : runs) {
          values.push_back(qualityAfter(run, trials));
          sum += values.back();
        }
        row.after.push_back({trials, sum / count, quantile(values, 0.1)});
      }
      rows.push_back(std::move(row));
    }
  return rows;
}

} // namespace alt
