#include "measure/child/Gang.h"
#include <sched.h>

namespace alt {

void pinToCore(int core) {
  if (core < 0)
    return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

/// Spins; gives the core away now and then in case there are fewer cores than threads.
template <class Done> static void spinUntil(Done done) {
  for (unsigned spins = 0; !done(); ++spins) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
    if (spins % 1024 == 1023)
      sched_yield();
  }
}

Gang::Gang(unsigned threads, std::span<const int> cores) {
  for (unsigned i = 1; i < threads; ++i) {
    int core = cores.empty() ? -1 : cores[i % cores.size()];
    others.emplace_back([this, i, core] {
      pinToCore(core);
      work(i);
    });
  }
}

Gang::~Gang() {
  stopping = true;
  ++generation;
  for (std::thread &thread : others)
    thread.join();
}

void Gang::work(unsigned index) {
  for (uint64_t seen = 0;;) {
    spinUntil([&] { return generation.load(std::memory_order_acquire) != seen; });
    ++seen;
    if (stopping)
      return;
    (*current)(index);
    running.fetch_sub(1, std::memory_order_release);
  }
}

void Gang::run(const std::function<void(unsigned)> &step) {
  current = &step;
  running.store(static_cast<unsigned>(others.size()), std::memory_order_relaxed);
  generation.fetch_add(1, std::memory_order_release);
  step(0);
  spinUntil([&] { return running.load(std::memory_order_acquire) == 0; });
}

} // namespace alt
