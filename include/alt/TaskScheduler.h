// Many searches that share one budget: a model's kernels. Each trial goes where most time can be
// won.
#pragma once
#include "alt/Tuner.h"
#include <string>
#include <vector>

namespace alt {

struct TuningTask {
  Search *search = nullptr; ///< outlives the scheduler
  double weight = 1;        ///< how many times the kernel runs in the model
  unsigned maxTrials = 0;   ///< of this task, resumed ones included; 0 means no limit
};

struct ScheduleOptions {
  unsigned trials = 1000; ///< of all tasks together, failed and resumed ones included
  Seconds budget{0};      ///< wall clock; 0 means no limit
  unsigned window = 3;    ///< batches that a task's recent gain is taken over
};

class ScheduleObserver { // progress line: "kernel 3 of 17"
public:
  virtual ~ScheduleObserver() = default;
  /// Before each batch of task `index`.
  virtual void onTask(size_t index, size_t count) {}
};

/// Each task's default schedule once, then always the task with the largest weight * expected gain a trial. The gain is what MetaSchedule's gradient scheduler
/// takes it to be: the recent slope of the task's own curve mixed with the optimist's best/trials
/// (docs/learning.md).
class TaskScheduler {
public:
  TaskScheduler(std::vector<TuningTask>, ScheduleOptions, ScheduleObserver * = nullptr);
  /// Why it stopped: "trials", "budget", "exhausted" (each task is, or has converged), "interrupted".
  std::string run(std::stop_token = {});
  unsigned trials() const; ///< of all tasks so far
  Seconds wall() const { return elapsed; }

private:
  struct Progress {
    std::vector<unsigned> trialsAt; ///< trials after each batch
    bool exhausted = false;
  };
  void turn(size_t task, std::stop_token, std::string &reason);
  std::string limitReached(std::stop_token) const;
  double expectedGain(size_t task) const;

  std::vector<TuningTask> tasks;
  ScheduleOptions options;
  ScheduleObserver *observer;
  std::vector<Progress> progress;
  std::chrono::steady_clock::time_point began;
  Seconds elapsed{};
};

} // namespace alt
