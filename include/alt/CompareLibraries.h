// Two libraries of one program, run beside each other: does the tuned one compute what the untuned
// one does?
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <optional>
#include <string>

namespace alt {

struct LibraryComparison {
  /// Where an output is wrong, or how the library failed to run; none: they agree.
  std::optional<std::string> difference;
  /// Why they were not compared: the expected library itself does not run on random inputs.
  std::optional<std::string> notCompared;
};

/// Runs each once on the same random inputs, as `alt run` in a process of its own (`alt` is that
/// program), with files in `work`. Outputs agree by the criterion for models (alt/tensor/Agreement.h).
Result<LibraryComparison> compareLibraries(const std::filesystem::path &alt,
                                           const std::filesystem::path &actual,
                                           const std::filesystem::path &expected,
                                           const std::filesystem::path &work);

} // namespace alt
