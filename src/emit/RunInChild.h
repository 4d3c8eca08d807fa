// A library run once by `alt run` in a process of its own, so that a crash is the library's.
#pragma once
#include "alt/Result.h"
#include "alt/tensor/Tensor.h"
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace alt {

/// The outputs, or why there are none.
struct RunOutcome {
  std::vector<Tensor> outputs; ///< named as the library has them
  std::string failure;
};

/// On these inputs (files), or random ones where there are none; outputs lie in files that begin with
/// `stem` while they are read. `alt` is that program. No run lasts longer than five minutes.
Result<RunOutcome> runInChild(const std::filesystem::path &alt,
                              const std::filesystem::path &library,
                              std::span<const std::filesystem::path> inputs,
                              const std::filesystem::path &stem);

} // namespace alt
