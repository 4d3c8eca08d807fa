// What a sampler was told, in its order: schedules, their features and what each took. Models are
// fitted to it.
#pragma once
#include "alt/Features.h"
#include "alt/Measure.h"
#include "model/Matrix.h"
#include <span>
#include <vector>

namespace alt {

class History {
public:
  explicit History(const FeatureExtractor &features)
      : rows(features.names().size()), features(features) {}

  void add(const Observation &);
  size_t size() const { return seconds.size(); }
  bool anyRan() const { return ran > 0; }
  /// Seconds that a trial took in the mean, building and checking included.
  double costOfATrial() const;
  /// The same of those that failed, in trials that ran; 1 until there were both.
  double costOfAFailure() const;
  /// The numbers of those that ran, fastest first, of equals the earlier one; at most `count`.
  std::vector<size_t> fastest(size_t count) const;
  std::vector<Schedule> fastestSchedules(size_t count) const;
  /// One row a schedule, as `rows` has them of what was told.
  Matrix featuresOf(std::span<const Schedule>) const;

  std::vector<Schedule> schedules;
  Matrix rows;                 ///< one a schedule
  std::vector<double> seconds; ///< likewise; infinite when it failed

private:
  const FeatureExtractor &features;
  size_t ran = 0;
  double spentRunning = 0, spentFailing = 0; ///< seconds
};

} // namespace alt
