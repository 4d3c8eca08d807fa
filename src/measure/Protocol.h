// What the measurer and its two fork servers say to each other: one JSON line a message, down the
// server's stdin, up its stdout. Every request but DescribeWorkload and ForgetWorkload is answered
// once, under its number.
#pragma once
#include "alt/Measure.h"
#include <variant>

namespace alt {

/// Before anything else is asked about a workload. `threads` is what its space is derived for.
struct DescribeWorkload {
  Workload workload;
  Target target;
  unsigned threads = 1;
};

struct ForgetWorkload {
  WorkloadId workload;
};

/// Where a child may run.
struct Place {
  std::vector<int> cores; ///< empty: anywhere
  bool yields = false;    ///< candidates are timed here too and go first
  bool operator==(const Place &) const = default;
};
/// "any", "yield", "0,2", "0,2:yield": how a build server is told on its command line.
std::string toText(const Place &);
Place placeFromText(std::string_view);

struct ChildLimits {
  Seconds wall{10};
  int64_t memory = 0; ///< address space on top of the server's own, bytes
};

struct BuildRequest {
  uint64_t number = 0;
  WorkloadId workload;
  std::string schedule; ///< by knob names; empty: the unscheduled reference
  std::filesystem::path object;
  ChildLimits limits;
};

struct BuildAnswer {
  uint64_t number = 0;
  Outcome outcome = Outcome::compileFailed;
  std::string detail;
  Seconds spent{};
  Artifact artifact; ///< when the outcome is ok
};

/// Runs the reference on fresh inputs and keeps its outputs as what is expected from now on.
struct ReferenceRequest {
  uint64_t number = 0;
  WorkloadId workload;
  Artifact artifact;
  bool positive = false; ///< see DataSet
  ChildLimits limits;
};

/// One artifact: check and time it. Several: check each, then time them in turns.
struct TimeRequest {
  uint64_t number = 0;
  WorkloadId workload;
  std::vector<Artifact> artifacts;
  unsigned threads = 1;
  Seconds sampleTime{1e-3}, samplingTime{16e-3};
  unsigned samples = 9;
  Seconds hopeless{0};    ///< a first call that takes longer gets no more samples; 0: never
  std::vector<int> cores; ///< that it is pinned to; empty: not pinned
  ChildLimits limits;
};

struct TimeAnswer {
  uint64_t number = 0;
  /// One an artifact asked for; one only, and not ok, when the child died. A reference has one.
  std::vector<Measurement> measurements;
  bool finite = true; ///< of a reference: all that it gave
};

using Request =
    std::variant<DescribeWorkload, ForgetWorkload, BuildRequest, ReferenceRequest, TimeRequest>;

/// Also a line: a server says it back at once, whatever its children do.
inline constexpr std::string_view heartbeat = "alive?";

/// Without the newline.
std::string toJson(const Request &);
Result<Request> requestFromJson(std::string_view);
std::string toJson(const BuildAnswer &);
Result<BuildAnswer> buildAnswerFromJson(std::string_view);
std::string toJson(const TimeAnswer &);
Result<TimeAnswer> timeAnswerFromJson(std::string_view);

} // namespace alt
