// A compiled kernel in this very process: for the timing child, benches and debugging. Nothing is
// isolated: if the kernel crashes or loops, so does the caller. Untrusted candidates go through
// LiveMeasurer.
#pragma once
#include "alt/Measure.h"
#include <functional>
#include <memory>
#include <span>

namespace alt {

class LoadedKernel {
public:
  /// Links the object into the process (JITLink; no files, no linker) and allocates its scratch.
  /// With threads > 1 each stage's units are split among so many threads, pinned to `cores` in
  /// turn when there are any, the caller being the first.
  static Result<LoadedKernel> load(const Artifact &, unsigned threads = 1,
                                   std::span<const int> cores = {});
  LoadedKernel(LoadedKernel &&) noexcept;
  LoadedKernel &operator=(LoadedKernel &&) noexcept;
  ~LoadedKernel();

  /// Sets the arguments, as many and in the order of Workload::arguments, and runs what is run
  /// ahead of the first call. They must outlive the calls.
  void bind(std::span<void *const> arguments);
  /// One run over the bound arguments.
  void call() const;
  /// Fills scratch that lives for one call only with NaNs, so that a kernel that relies on what it
  /// finds there is caught.
  void poisonScratch();

private:
  struct State;
  explicit LoadedKernel(std::unique_ptr<State>);
  std::unique_ptr<State> state;
};

} // namespace alt
