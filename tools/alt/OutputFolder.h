// The folder that a command writes into: refused early when it cannot be written. When the command
// fails, what it wrote itself goes, then the folders that it made and that are empty; never what
// others wrote, nor a measurement.
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <vector>

namespace alt {

class OutputFolder {
public:
  /// Looks, makes nothing. An empty path: no folder is wanted, and all is well.
  static Result<OutputFolder> prepare(const std::filesystem::path &);
  OutputFolder(OutputFolder &&other) noexcept;
  ~OutputFolder();
  /// Makes it, with the folders above it, and clears what dead runs left in it.
  Result<void> make();
  /// This file will be written: it goes with a failure, unless it is there already.
  void claim(const std::filesystem::path &file);
  void keep();

private:
  explicit OutputFolder(std::filesystem::path path) : path(std::move(path)) {}
  std::filesystem::path path;
  std::vector<std::filesystem::path> folders; ///< that make() made, innermost first
  std::vector<std::filesystem::path> files;
};

} // namespace alt
