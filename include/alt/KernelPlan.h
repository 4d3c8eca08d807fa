// How to call a compiled kernel: the contract between lower/ (which writes it), the timing child and
// the emitted driver (which follow it).
//
// A kernel's object exports one or more stages:
//   void <symbol>(void *buffer0, ..., void *bufferN, int64_t begin, int64_t end);
// Each does the units [begin, end) of its outermost parallel loop. Units of one stage may run in any
// order and on any thread; stages run in order with a barrier between. The object needs no thread
// runtime of its own, allocates nothing and keeps no state.
#pragma once
#include "alt/Result.h"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

/// One buffer a stage is called with: an argument of the kernel function or one of its scratch
/// buffers.
struct BufferRef {
  enum class Kind { argument, scratch } kind = Kind::argument;
  unsigned index = 0;
  bool operator==(const BufferRef &) const = default;
};

struct Stage {
  std::string symbol;
  std::vector<BufferRef> buffers; ///< in the order of the function's parameters
  int64_t units = 1;              ///< extent of the outermost parallel loop
  /// Reads nothing but constant arguments and writes scratch only: run once, before the first call
  /// (weight packing, Winograd's filter transform).
  bool ahead = false;
  bool operator==(const Stage &) const = default;
};

struct Scratch {
  int64_t bytes = 0;      ///< 64-byte aligned when allocated
  bool persistent = false;///< filled by an ahead stage: lives as long as the constants
  bool operator==(const Scratch &) const = default;
};

struct KernelPlan {
  std::vector<Scratch> scratch;
  std::vector<Stage> stages;
  bool operator==(const KernelPlan &) const = default;
};

std::string toJson(const KernelPlan &);
Result<KernelPlan> kernelPlanFromJson(std::string_view);

} // namespace alt
