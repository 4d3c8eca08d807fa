#include "Race.h"
#include <algorithm>
#include <cmath>
#include <ctime>
#include <sys/resource.h>

namespace alt::bench {

static double seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

double processSeconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
double wallSeconds() { return seconds(CLOCK_MONOTONIC); }

std::vector<int> coresFromLast() {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cores;
  for (int core = CPU_SETSIZE; core-- > 0;)
    if (CPU_ISSET(core, &allowed))
      cores.push_back(core);
  return cores;
}

Pinned::Pinned() {
  sched_getaffinity(0, sizeof before, &before);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(coresFromLast().front(), &one);
  sched_setaffinity(0, sizeof one, &one);
}

FirstInLine::FirstInLine() : before(getpriority(PRIO_PROCESS, 0)) {
  setpriority(PRIO_PROCESS, 0, -20);
}
FirstInLine::~FirstInLine() { setpriority(PRIO_PROCESS, 0, before); }

static double timeCalls(Contestant &contestant, int64_t calls, double (*clock)()) {
  double start = clock();
  for (int64_t i = 0; i < calls; ++i)
    contestant.call();
  return (clock() - start) / double(calls);
}

std::vector<std::vector<double>> race(const std::vector<Contestant *> &contestants,
                                      const RaceOptions &options) {
  std::vector<std::vector<double>> samples(contestants.size());
  std::vector<int64_t> calls;
  for (Contestant *contestant : contestants) {
    timeCalls(*contestant, 2, options.clock); // first calls map pages and spin up threads
    double once = timeCalls(*contestant, 2, options.clock);
    calls.push_back(
        std::clamp<int64_t>(std::ceil(options.sampleTime.count() / once), 1, 1'000'000));
  }
  for (unsigned round = 0; round < options.rounds; ++round)
    for (size_t turn = 0; turn < contestants.size(); ++turn) {
      size_t c = (turn + round) % contestants.size(); // nobody always runs after the same rival
      timeCalls(*contestants[c], 1, options.clock);   // its data back into the caches
      samples[c].push_back(timeCalls(*contestants[c], calls[c], options.clock));
    }
  return samples;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double lowFifth(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 5];
}

double spread(std::vector<double> values) {
  double center = median(values);
  std::sort(values.begin(), values.end());
  return (values[values.size() * 3 / 4] - values[values.size() / 4]) / 2 / center;
}

} // namespace alt::bench
