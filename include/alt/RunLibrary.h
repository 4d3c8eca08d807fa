// An emitted library, loaded into this process and called: `alt run`, the demo and the tests.
#pragma once
#include "alt/Measure.h"
#include "alt/tensor/Tensor.h"
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace alt {

class LoadedLibrary {
public:
  /// Links `directory`'s library into a shared object in a temporary folder, loads it and calls
  /// init. The code runs in this process.
  static Result<LoadedLibrary> open(const std::filesystem::path &directory);
  LoadedLibrary(LoadedLibrary &&) noexcept;
  LoadedLibrary &operator=(LoadedLibrary &&) noexcept;
  ~LoadedLibrary();

  const std::string &name() const;
  std::span<const TensorSpec> inputs() const;
  std::span<const TensorSpec> outputs() const;

  /// One run. The error says which input's shape or type does not fit.
  Result<std::vector<Tensor>> run(std::span<const Tensor> inputs);
  /// `repeat` timed runs after `warmUp` untimed ones, raw.
  Result<std::vector<Seconds>> time(std::span<const Tensor> inputs, unsigned repeat,
                                    unsigned warmUp = 3);

private:
  struct State;
  explicit LoadedLibrary(std::unique_ptr<State>);
  std::unique_ptr<State> state;
};

/// The shared object that `open` makes, for callers in other languages (ctypes).
Result<void> linkShared(const std::filesystem::path &directory, const std::filesystem::path &out);

} // namespace alt
