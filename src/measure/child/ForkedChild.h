// One forked child under limits, and what remains to be known of it until it is reaped.
#pragma once
#include "measure/child/ForkServer.h"
#include <chrono>
#include <sys/types.h>

namespace alt {

class ForkedChild {
public:
  using Clock = std::chrono::steady_clock;

  /// Forks; in the child runs the job and never returns.
  ForkedChild(Job, const Place &);
  ~ForkedChild();
  ForkedChild(const ForkedChild &) = delete;
  ForkedChild &operator=(const ForkedChild &) = delete;

  pid_t pid() const { return process; }
  int answerPipe() const { return answers; }
  int errorPipe() const { return errors; }
  Clock::time_point deadline() const { return end; }
  void drain();     ///< reads what the pipes hold
  void killGroup(); ///< the child and all that stayed in its group
  /// The deadline has passed: kills it, unless other processes had the core for a part of its time;
  /// that part is given back. (Builds wait long on a busy machine.)
  void expire();
  /// After waitpid: the server's answer.
  std::string finish(int status, Seconds cpu);

private:
  Job job;
  pid_t process = -1;
  int answers = -1, errors = -1;
  Clock::time_point begin, end;
  ChildEnd result;
};

} // namespace alt
