// Contestants timed side by side: in turns, on one core, by the time that core gave this process.
#pragma once
#include "Contestant.h"
#include <sched.h>
#include <span>

namespace alt::bench {

/// Processor time of this process, all its threads: what neighbours take does not count.
double processSeconds();
/// The clock on the wall, the only one for threads that wait for each other.
double wallSeconds();

/// What decides how long a row takes and how steady its figures are.
struct RaceOptions {
  unsigned rounds = 11;     ///< samples of each contestant
  Seconds sampleTime{3e-3}; ///< a sample lasts at least so long: short kernels are called often
  double (*clock)() = processSeconds;
};

/// Every contestant's seconds a call, one a round: samples[contestant][round].
std::vector<std::vector<double>> race(const std::vector<Contestant *> &, const RaceOptions &);

/// f32 multiply-adds in registers as fast as this core can, GFLOP/s: the best of a few short runs.
double fmaPeak();
/// What is timed there; returns how many floating-point operations that was.
double fmaSteps(int64_t steps);
/// Their sum; as many as fill a few vectors evenly, on a cache line's boundary.
float readAll(std::span<const float>);

/// What threads can give on this machine: the same on all these cores at once, the caller being on
/// the first. There is no answer.
std::unique_ptr<Contestant> enterFmaProbe(std::span<const int> cores);  ///< as much work for each
std::unique_ptr<Contestant> enterReadProbe(std::span<const int> cores); ///< readBytes among them
constexpr int64_t readBytes = 256 << 20;                                ///< more than caches hold

double median(std::vector<double>);
/// The 20 % quantile, as the tuner ranks by: on the wall's clock a busy neighbour only ever adds.
double lowFifth(std::vector<double>);
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

/// Where it is allowed, no other program's turn comes before this thread's, and those that it
/// starts, as long as this lives: on the wall's clock such a turn on any of their cores counts.
class FirstInLine {
public:
  FirstInLine();
  ~FirstInLine();
  FirstInLine(const FirstInLine &) = delete;
  FirstInLine &operator=(const FirstInLine &) = delete;

private:
  int before;
};

/// The cores that this thread may run on, the last first: where Pinned goes, and its helpers.
std::vector<int> coresFromLast();

} // namespace alt::bench
