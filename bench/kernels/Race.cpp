#include "Race.h"
#include <algorithm>
#include <cmath>
#include <ctime>

namespace alt::bench {

double processSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

Pinned::Pinned() {
  sched_getaffinity(0, sizeof before, &before);
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &before))
    --last;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  sched_setaffinity(0, sizeof one, &one);
}

static double timeCalls(Contestant &contestant, int64_t calls) {
  double start = processSeconds();
  for (int64_t i = 0; i < calls; ++i)
    contestant.call();
  return (processSeconds() - start) / double(calls);
}

std::vector<std::vector<double>> race(const std::vector<Contestant *> &contestants,
                                      const RaceOptions &options) {
  std::vector<std::vector<double>> samples(contestants.size());
  std::vector<int64_t> calls;
  for (Contestant *contestant : contestants) {
    timeCalls(*contestant, 2); // first calls map pages and spin up threads
    double once = timeCalls(*contestant, 2);
    calls.push_back(
        std::clamp<int64_t>(std::ceil(options.sampleTime.count() / once), 1, 1'000'000));
  }
  for (unsigned round = 0; round < options.rounds; ++round)
    for (size_t turn = 0; turn < contestants.size(); ++turn) {
      size_t c = (turn + round) % contestants.size(); // nobody always runs after the same rival
      timeCalls(*contestants[c], 1);                  // its data back into the caches
      samples[c].push_back(timeCalls(*contestants[c], calls[c]));
    }
  return samples;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double spread(std::vector<double> values) {
  double center = median(values);
  std::sort(values.begin(), values.end());
  return (values[values.size() * 3 / 4] - values[values.size() / 4]) / 2 / center;
}

} // namespace alt::bench
