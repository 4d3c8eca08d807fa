// Search spaces that others have measured: tuners are compared on them in seconds, on any machine.
#pragma once
#include "alt/Features.h"
#include "alt/Measure.h"
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace alt {

/// A space of which only the listed points exist. Points are distinct and at least one.
std::unique_ptr<SearchSpace> makeTableSpace(std::vector<Knob>, std::vector<Schedule> points);

/// A space and what somebody measured in it.
struct RecordedSpace {
  std::string name; ///< the file's, without folders and endings; "#task" after it where it has many
  std::shared_ptr<const SearchSpace> space;
  std::vector<Measurement> measurements; ///< one for each of space->points(), in their order
  /// What the learner sees: the loop features where the file says what kernel it is of (records of
  /// alt do), else the knobs.
  std::shared_ptr<const FeatureExtractor> features;

  double bestSeconds() const; ///< infinite when nothing ran
  /// How many points are within `share` (0.05) of the best throughput.
  size_t pointsWithin(double share) const;
};

/// Reads, by content, whatever is one of: our CSV (knobs, status, time_ms, compile_ms, bench_ms),
/// Kernel Tuner's cache or T4 results, AutoTVM's or Ansor's log, our own records; each plain or
/// gzipped. One space for each task found. A file that is none of these or is cut off is an Error
/// that says where.
Result<std::vector<RecordedSpace>> readRecordedSpaces(const std::filesystem::path &);

/// Answers from the record; what a trial cost is what it cost then. Never builds or runs anything.
class ReplayMeasurer final : public Measurer {
public:
  explicit ReplayMeasurer(const RecordedSpace &);
  std::vector<Measurement> measure(std::span<const Schedule>, std::stop_token = {}) override;

private:
  const RecordedSpace &recorded;
};

} // namespace alt
