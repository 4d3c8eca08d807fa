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

/// A turn of waiting; gives the core away now and then in case there are fewer cores than threads.
static void relax(unsigned spins) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
  if (spins % 1024 == 1023)
    sched_yield();
}

/// Half a millisecond or so: no stage that follows another in a call is so late, and a gang that
/// has nothing to do leaves its cores to its rivals.
static constexpr unsigned patience = 1 << 14;

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
  generation.notify_all();
  for (std::thread &thread : others)
    thread.join();
}

void Gang::work(unsigned index) {
  for (uint32_t seen = 0;;) {
    auto called = [&] { return generation.load(std::memory_order_acquire) != seen; };
    for (unsigned spins = 0; !called() && spins < patience; ++spins)
      relax(spins);
    generation.wait(seen, std::memory_order_acquire);
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
  generation.notify_all(); // a system call only where somebody sleeps
  step(0);
  for (unsigned spins = 0; running.load(std::memory_order_acquire) != 0; ++spins)
    relax(spins);
}

} // namespace alt
