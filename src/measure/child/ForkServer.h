// A process that has everything loaded and warm, and forks a child for each job: a crash, an
// endless loop, a leak or a wild write dies with the child. The server itself does nothing that can
// fail.
#pragma once
#include "measure/Protocol.h"
#include <functional>
#include <optional>

namespace alt {

/// How a child ended.
struct ChildEnd {
  bool timedOut = false;
  int signal = 0;     ///< that killed it; 0 when it exited
  int code = 0;       ///< exit code
  std::string answer; ///< the line it wrote, "" when it wrote none
  std::string said;   ///< the beginning of its stderr
  Seconds wall{}, cpu{};

  bool answered() const { return !timedOut && signal == 0 && !answer.empty(); }
  bool ranOutOfMemory() const;
  std::string describe() const; ///< "SIGSEGV", "exited with code 3", with what it said
};

struct Job {
  ChildLimits limits;
  std::function<std::string()> work;                   ///< in the child; one line
  std::function<std::string(const ChildEnd &)> finish; ///< in the server; the answer's line
};

/// Where a child's answer goes; for last words from a signal handler.
inline constexpr int answerFile = 3;

/// Serves requests from stdin, one child at a time in each place, until stdin ends; then nothing of
/// any child is left. `handle` gives a job, or nothing when a request only needs to be remembered.
int serveForks(const std::vector<Place> &places,
               const std::function<std::optional<Job>(std::string_view)> &handle);

/// "SIGSEGV".
std::string signalName(int);

} // namespace alt
