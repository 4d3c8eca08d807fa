// An object file with its plan, linked into this process: for tests of what lower/ emits.
#pragma once
#include "alt/KernelPlan.h"
#include "alt/Workload.h"
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <string>
#include <vector>

namespace alt::test {

using Buffers = std::vector<std::vector<float>>;

template <size_t... I>
void callStage(void *symbol, const std::vector<void *> &buffers, int64_t begin, int64_t end,
               std::index_sequence<I...>) {
  using Function = void (*)(decltype((void)I, (void *)nullptr)..., int64_t, int64_t);
  reinterpret_cast<Function>(symbol)(buffers[I]..., begin, end);
}

template <size_t N = 64> // as many as LoadedKernel takes
void callStage(void *symbol, const std::vector<void *> &buffers, int64_t begin, int64_t end) {
  if (buffers.size() == N)
    return callStage(symbol, buffers, begin, end, std::make_index_sequence<N>());
  if constexpr (N > 0)
    callStage<N - 1>(symbol, buffers, begin, end);
  else
    abort();
}

/// Calls every stage over all its units, in `pieces` chunks; buffers as in Workload::arguments.
inline void runPlan(const KernelPlan &plan, void *library, Buffers &arguments, int64_t pieces = 1) {
  std::vector<void *> scratch;
  for (const Scratch &s : plan.scratch) {
    scratch.push_back(std::aligned_alloc(64, (s.bytes + 63) / 64 * 64));
    std::fill_n(static_cast<char *>(scratch.back()), s.bytes, 0x7f); // poison
  }
  for (const Stage &stage : plan.stages) {
    void *symbol = dlsym(library, stage.symbol.c_str());
    std::vector<void *> buffers;
    for (BufferRef ref : stage.buffers)
      buffers.push_back(ref.kind == BufferRef::Kind::argument ? arguments[ref.index].data()
                                                              : scratch[ref.index]);
    for (int64_t p = 0; p < pieces; ++p)
      callStage(symbol, buffers, stage.units * p / pieces, stage.units * (p + 1) / pieces);
  }
  for (void *s : scratch)
    std::free(s);
}

/// Links the object into a shared library and opens it; null when that fails.
inline void *loadObject(const std::filesystem::path &object) {
  std::string library = object.string() + ".so";
  std::string command = std::string(ALT_LLD) + " -shared -o " + library + " " + object.string();
  if (std::system(command.c_str()) != 0)
    return nullptr;
  return dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
}

} // namespace alt::test
