// The two servers and what was asked of them: questions go out by number, answers are fetched by
// it. A server that dies or hangs is started again, told what it must know, and asked again.
#pragma once
#include "alt/LiveMeasurer.h"
#include "measure/Protocol.h"
#include "measure/ServerProcess.h"
#include "support/ScratchFolder.h"
#include <map>

namespace alt {

struct Runner::State {
  using Clock = std::chrono::steady_clock;

  Target target;
  MeasureOptions options;
  std::vector<int> cores;       ///< that this process may use
  std::vector<int> timingCores; ///< that candidates run on; empty: not pinned
  std::optional<ScratchFolder> ownObjects; ///< when the options name no folder
  std::optional<Error> failure;

  ~State();

  /// Each returns the question's number.
  uint64_t ask(BuildRequest);
  uint64_t ask(TimeRequest);
  uint64_t ask(ReferenceRequest);
  void describe(const DescribeWorkload &);
  void forget(WorkloadId);
  /// Waits for answers, at most so long.
  void pump(Seconds);
  std::optional<BuildAnswer> takeBuild(uint64_t number);
  std::optional<TimeAnswer> takeTime(uint64_t number);
  /// Its answer, when it comes, is thrown away.
  void abandon(uint64_t number);
  /// Asked and not yet answered, by anybody.
  size_t building() const { return build.open.size(); }

  /// Since when a server owes the answer to a heartbeat.
  struct Pulse {
    bool asked = false;
    Clock::time_point seen{}; ///< when we last looked
    Seconds silent{};         ///< how long we looked on while it said nothing and did nothing
    Seconds cpu{};            ///< its processor time at the last look
  };
  struct Server {
    const char *role;
    ServerProcess process;
    struct Question {
      Request request;
      Clock::time_point deadline; ///< by which a server that works must have answered
      unsigned attempts = 0;
    };
    std::map<uint64_t, Question> open;
    unsigned failedStarts = 0; ///< in a row, without one answer
    Pulse pulse = {};
  };
  Server build{"build", {}, {}}, time{"time", {}, {}};

  /// Where builds run: on all cores, but stepping back where candidates are timed, so that a timing
  /// child that wakes up takes its core at once.
  std::vector<Place> buildPlaces() const;
  Result<void> startServer(Server &);

private:
  uint64_t askServer(Server &, Request, Seconds limit, uint64_t number);
  void restart(Server &);
  bool hangs(Server &);
  void read(Server &);
  void accept(const std::string &line, Server &);
  void giveUp(uint64_t number, const Request &, std::string why);

  std::map<WorkloadId, DescribeWorkload> described;
  std::map<WorkloadId, ReferenceRequest> references;
  std::map<uint64_t, BuildAnswer> builds;
  std::map<uint64_t, TimeAnswer> times;
  std::map<uint64_t, bool> abandoned;
  uint64_t last = 0;
};

} // namespace alt
