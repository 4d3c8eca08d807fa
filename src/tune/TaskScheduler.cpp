#include "alt/TaskScheduler.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace alt {

/// How much of the expected gain is the task's recent slope; the rest is the optimist's guess.
/// MetaSchedule has 0.2 for its slope; a flat recent curve must not starve a task for good.
static constexpr double slopeShare = 0.2;

TaskScheduler::TaskScheduler(std::vector<TuningTask> tasks, ScheduleOptions options,
                             ScheduleObserver *observer)
    : tasks(std::move(tasks)), options(options), observer(observer), progress(this->tasks.size()) {}

unsigned TaskScheduler::trials() const {
  unsigned sum = 0;
  for (const TuningTask &task : tasks)
    sum += task.search->result().trials;
  return sum;
}

std::string TaskScheduler::run(std::stop_token stop) {
  began = std::chrono::steady_clock::now();
  std::string reason;
  // Every kernel's baseline before any kernel's tuning: whatever happens later, each has an answer.
  // A first batch of each would take a short budget whole before the kernel that matters is reached.
  for (size_t task = 0; task < tasks.size() && reason.empty(); ++task)
    if (tasks[task].search->result().trials == 0)
      turn(task, stop, reason);
  while (reason.empty()) {
    size_t chosen = tasks.size();
    double most = -1;
    for (size_t task = 0; task < tasks.size(); ++task)
      if (double gain = expectedGain(task); gain > most) {
        most = gain;
        chosen = task;
      }
    if (chosen == tasks.size())
      reason = "exhausted";
    else
      turn(chosen, stop, reason);
  }
  elapsed = std::chrono::steady_clock::now() - began;
  return reason;
}

/// One batch of one task; sets `reason` when a limit of the whole is reached.
void TaskScheduler::turn(size_t task, std::stop_token stop, std::string &reason) {
  reason = limitReached(stop);
  if (!reason.empty())
    return;
  Search &search = *tasks[task].search;
  size_t limit = options.trials - trials();
  if (tasks[task].maxTrials) {
    unsigned done = search.result().trials;
    limit = std::min<size_t>(limit, tasks[task].maxTrials - std::min(done, tasks[task].maxTrials));
  }
  if (limit == 0 || search.converged()) {
    progress[task].exhausted = true;
    return;
  }
  if (observer)
    observer->onTask(task, tasks.size());
  unsigned before = search.result().trials;
  bool more = search.step(limit, stop);
  // A step that measured nothing though not asked to stop would come back forever.
  progress[task].exhausted = !more || (search.result().trials == before && !stop.stop_requested());
  progress[task].trialsAt.push_back(search.result().trials);
}

std::string TaskScheduler::limitReached(std::stop_token stop) const {
  if (stop.stop_requested())
    return "interrupted";
  if (trials() >= options.trials)
    return "trials";
  Seconds now = std::chrono::steady_clock::now() - began;
  if (options.budget.count() > 0 && now >= options.budget)
    return "budget";
  return {};
}

/// Seconds of the model's time that a trial more of this task may win; negative when it has ended.
double TaskScheduler::expectedGain(size_t task) const {
  const Progress &past = progress[task];
  if (past.exhausted)
    return -1;
  const TuneResult &result = tasks[task].search->result();
  if (result.curve.empty())
    return std::numeric_limits<double>::infinity();
  double best = result.curve.back().count();
  if (!std::isfinite(best)) // nothing ran yet: a kernel without an answer comes first
    return std::numeric_limits<double>::infinity();
  size_t batches = past.trialsAt.size();
  size_t from = batches > options.window ? past.trialsAt[batches - 1 - options.window] : 1;
  double slope = 0;
  if (double earlier = result.curve[from - 1].count(); result.curve.size() > from)
    slope = (std::isfinite(earlier) ? earlier - best : best) / double(result.curve.size() - from);
  double optimist = best / double(result.curve.size());
  return tasks[task].weight * (slopeShare * slope + (1 - slopeShare) * optimist);
}

} // namespace alt
