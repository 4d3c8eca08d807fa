#include "measure/child/TimingChild.h"
#include "alt/LoadedKernel.h"
#include "measure/child/Gang.h"
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <sys/resource.h>

namespace alt {

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds since the last lap.
class Stopwatch {
public:
  Seconds lap() {
    auto now = Clock::now();
    Seconds passed = now - last;
    last = now;
    return passed;
  }

private:
  Clock::time_point last = Clock::now();
};

/// A kernel of one thread is timed by that thread's own time on the core, so that what else the
/// machine does in between is not counted. Threads wait for each other: several are timed by the
/// clock on the wall.
class KernelClock {
public:
  explicit KernelClock(unsigned threads)
      : id(threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID) {}

  Seconds timeCalls(const LoadedKernel &kernel, uint64_t calls) const {
    Seconds begin = now();
    for (uint64_t i = 0; i < calls; ++i)
      kernel.call();
    return now() - begin;
  }

  /// How many calls make a sample of at least `sampleTime`; warms up on the way.
  uint64_t callsPerSample(const LoadedKernel &kernel, Seconds sampleTime) const {
    uint64_t calls = 1;
    Seconds took = timeCalls(kernel, calls);
    while (took < sampleTime / 4) { // too short a look to extrapolate from
      calls *= 4;
      took = timeCalls(kernel, calls);
    }
    double each = took.count() / static_cast<double>(calls);
    return std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(sampleTime.count() / each)));
  }

private:
  Seconds now() const {
    timespec time;
    clock_gettime(id, &time);
    return Seconds(static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec));
  }
  clockid_t id;
};

/// One artifact's place in the child: its kernel and, so far, what was found.
struct Contestant {
  std::optional<LoadedKernel> kernel;
  Measurement found;
  uint64_t calls = 1;
};

class Candidates {
public:
  Candidates(const TimeRequest &request, const DataSet &data)
      : request(request), data(data), clock(request.threads) {
    for (size_t i = 0; i < data.arguments().size(); ++i) {
      const Argument &argument = data.arguments()[i];
      if (argument.isOutput) {
        outputs.emplace_back(argument.byteSize());
        enough &= static_cast<bool>(outputs.back());
        pointers.push_back(outputs.back().data());
      } else {
        pointers.push_back(data.regions()[i].data());
      }
    }
    leaveLastWords(&data, &outputs);
  }

  TimeAnswer run() {
    TimeAnswer answer;
    if (!enough) {
      answer.measurements.push_back(failure(Outcome::outOfMemory, "no memory for the outputs"));
      return answer;
    }
    std::vector<Contestant> all(request.artifacts.size());
    for (size_t i = 0; i < all.size(); ++i)
      admit(all[i], request.artifacts[i]);
    if (all.size() == 1)
      timeOne(all[0]);
    else
      timeInTurns(all);
    for (Contestant &c : all)
      answer.measurements.push_back(std::move(c.found));
    return answer;
  }

private:
  static Measurement failure(Outcome outcome, std::string detail) {
    Measurement measurement;
    measurement.outcome = outcome;
    measurement.detail = std::move(detail);
    return measurement;
  }

  std::optional<std::string> wrong() const {
    size_t output = 0;
    for (size_t i = 0; i < data.arguments().size(); ++i)
      if (data.arguments()[i].isOutput) {
        if (auto text =
                firstWrong(data.arguments()[i], outputs[output].data(), data.regions()[i].data()))
          return "output " + std::to_string(output) + ": " + *text;
        ++output;
      }
    return std::nullopt;
  }

  /// Loads and runs it once; the kernel stays only if the result is right.
  void admit(Contestant &c, const Artifact &artifact) {
    Stopwatch watch;
    Result<LoadedKernel> loaded = LoadedKernel::load(artifact, request.threads, request.cores);
    if (!loaded) {
      bool memory = loaded.error().kind == ErrorKind::io;
      c.found =
          failure(memory ? Outcome::outOfMemory : Outcome::compileFailed, loaded.error().message);
      return;
    }
    c.kernel = std::move(*loaded);
    size_t output = 0;
    for (const Argument &argument : data.arguments())
      if (argument.isOutput)
        poison(outputs[output++], argument.type);
    c.kernel->poisonScratch();
    errno = 0; // see LastWords.cpp
    c.kernel->bind(pointers);
    c.kernel->poisonScratch();
    errno = 0;
    c.found.outcome = Outcome::ok;
    c.found.samples = {clock.timeCalls(*c.kernel, 1)};
    if (auto text = wrong()) {
      c.found = failure(Outcome::wrongResult, *text);
      c.kernel.reset();
    }
    c.found.spent.check = watch.lap();
  }

  /// The last call must have been right too: a kernel may lean on what an earlier one left.
  void checkAgain(Contestant &c) {
    auto text = wrong();
    if (!text)
      return;
    PhaseTimes spent = c.found.spent;
    c.found = failure(Outcome::wrongResult, "after several calls, " + *text);
    c.found.spent = spent;
    c.kernel.reset();
  }

  void timeOne(Contestant &c) {
    if (!c.kernel)
      return;
    Stopwatch watch;
    Seconds first = c.found.samples[0];
    if (request.hopeless.count() > 0 && first > request.hopeless) {
      // The first call met cold caches; a second one is fairer where it costs little.
      if (first < request.samplingTime)
        c.found.samples = {clock.timeCalls(*c.kernel, 1)};
      c.found.detail = "cut short: far behind the best";
    } else {
      c.calls = clock.callsPerSample(*c.kernel, request.sampleTime);
      c.found.samples.clear();
      Seconds total{};
      constexpr size_t fewest = 3;
      while (c.found.samples.size() < request.samples &&
             (c.found.samples.size() < fewest || total < request.samplingTime)) {
        Seconds took = clock.timeCalls(*c.kernel, c.calls);
        total += took;
        c.found.samples.push_back(took / static_cast<double>(c.calls));
      }
    }
    c.found.spent.run = watch.lap();
    checkAgain(c);
    c.found.spent.check += watch.lap();
  }

  void timeInTurns(std::vector<Contestant> &all) {
    Stopwatch watch;
    for (Contestant &c : all)
      if (c.kernel) {
        c.calls = clock.callsPerSample(*c.kernel, request.sampleTime);
        checkAgain(c);
        c.found.samples.clear();
      }
    for (unsigned round = 0; round < request.samples; ++round)
      for (size_t turn = 0; turn < all.size(); ++turn) {
        // Another one begins each round, so that none always follows the same rival.
        Contestant &c = all[(turn + round) % all.size()];
        if (!c.kernel)
          continue;
        c.kernel->call(); // the rival's data leaves the caches
        c.found.samples.push_back(clock.timeCalls(*c.kernel, c.calls) /
                                  static_cast<double>(c.calls));
      }
    Seconds each = watch.lap() / static_cast<double>(all.size());
    for (Contestant &c : all)
      if (c.kernel)
        c.found.spent.run = each;
  }

  const TimeRequest &request;
  const DataSet &data;
  KernelClock clock;
  std::vector<Region> outputs;
  std::vector<void *> pointers;
  bool enough = true;
};

} // namespace

TimeAnswer runCandidates(const TimeRequest &request, const DataSet &data) {
  setpriority(PRIO_PROCESS, 0, -20); // where it is allowed; before the gang, which inherits it
  if (!request.cores.empty())
    pinToCore(request.cores[0]);
  return Candidates(request, data).run();
}

TimeAnswer runReference(const ReferenceRequest &request, DataSet &data) {
  TimeAnswer answer;
  Measurement &found = answer.measurements.emplace_back();
  Result<LoadedKernel> kernel = LoadedKernel::load(request.artifact);
  if (!kernel) {
    found.outcome = Outcome::outOfMemory;
    found.detail = kernel.error().message;
    return answer;
  }
  leaveLastWords(nullptr, nullptr);
  std::vector<void *> pointers;
  for (const Region &region : data.regions())
    pointers.push_back(region.data());
  kernel->bind(pointers);
  found.samples = {KernelClock(1).timeCalls(*kernel, 1)};
  found.outcome = Outcome::ok;
  answer.finite = data.finite();
  return answer;
}

} // namespace alt
