// Relocatable objects linked into this process by LLVM's JITLink: 0.7 ms a candidate, where a
// linker's process would cost 10-20 ms and a file.
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace alt {

class LoadedObject {
public:
  static Result<LoadedObject> load(const std::filesystem::path &,
                                   const std::vector<std::string> &symbols);
  LoadedObject(LoadedObject &&) noexcept;
  LoadedObject &operator=(LoadedObject &&) noexcept;
  ~LoadedObject();
  /// In the order of the symbols asked for.
  const std::vector<void *> &addresses() const;

private:
  struct State;
  explicit LoadedObject(std::unique_ptr<State>);
  std::unique_ptr<State> state;
};

} // namespace alt
