// A few threads that run the same step together again and again, waiting in between by spinning: a
// kernel's stages follow each other within microseconds. After a while without work they sleep, so
// that kernels timed in turns, each with a gang, do not run beside the spinning of the others.
#pragma once
#include <atomic>
#include <functional>
#include <span>
#include <thread>
#include <vector>

namespace alt {

class Gang {
public:
  Gang(unsigned threads, std::span<const int> cores);
  ~Gang();
  Gang(const Gang &) = delete;
  Gang &operator=(const Gang &) = delete;
  unsigned size() const { return static_cast<unsigned>(others.size()) + 1; }
  /// step(0..size-1), each on its thread, 0 on the caller's; returns when all are done.
  void run(const std::function<void(unsigned)> &step);

private:
  void work(unsigned index);
  std::vector<std::thread> others;
  const std::function<void(unsigned)> *current = nullptr;
  std::atomic<uint32_t> generation{0}; ///< 32 bits: what the kernel can wait for
  std::atomic<unsigned> running{0};
  std::atomic<bool> stopping{false};
};

/// Restricts the calling thread to one core; -1 does nothing.
void pinToCore(int core);

} // namespace alt
