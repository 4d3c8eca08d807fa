// The folder that a command writes into: refused early when it cannot be written, and gone again
// when the command fails and it was the one to make it.
#pragma once
#include "alt/Result.h"
#include <filesystem>

namespace alt {

class OutputFolder {
public:
  /// Looks, makes nothing. An empty path: no folder is wanted, and all is well.
  static Result<OutputFolder> prepare(const std::filesystem::path &);
  OutputFolder(OutputFolder &&other) noexcept;
  ~OutputFolder();
  Result<void> make();
  void keep() { made.clear(); }

private:
  explicit OutputFolder(std::filesystem::path path) : path(std::move(path)) {}
  std::filesystem::path path;
  std::filesystem::path made; ///< the outermost folder that make() made
};

} // namespace alt
