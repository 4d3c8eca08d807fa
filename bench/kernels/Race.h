// Contestants timed side by side: in turns, on one core, by the time that core gave this process.
#pragma once
#include "Contestant.h"
#include <sched.h>

namespace alt::bench {

/// What decides how long a row takes and how steady its figures are.
struct RaceOptions {
  unsigned rounds = 11;     ///< samples of each contestant
  Seconds sampleTime{3e-3}; ///< a sample lasts at least so long: short kernels are called often
};

/// Every contestant's seconds a call, one a round: samples[contestant][round].
std::vector<std::vector<double>> race(const std::vector<Contestant *> &, const RaceOptions &);

/// f32 multiply-adds in registers as fast as this core can, GFLOP/s: the best of a few short runs.
double fmaPeak();

double median(std::vector<double>);
/// Half the distance between the quartiles, relative to the median.
double spread(std::vector<double>);

/// This thread stays on the last of its cores as long as this lives.
class Pinned {
public:
  Pinned();
  ~Pinned() { sched_setaffinity(0, sizeof before, &before); }
  Pinned(const Pinned &) = delete;
  Pinned &operator=(const Pinned &) = delete;

private:
  cpu_set_t before;
};

/// Processor time of this process, all its threads: what neighbours take does not count.
double processSeconds();

} // namespace alt::bench
