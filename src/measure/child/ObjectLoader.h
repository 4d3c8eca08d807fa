// Relocatable objects linked into this process by LLVM's JITLink: 0.7 ms a candidate, where a
// linker's process would cost 10-20 ms and a file.
#pragma once
#include "alt/Measure.h"
#include <memory>
#include <string>
#include <vector>

namespace alt {

class LoadedObject {
public:
  /// The error says, too, that the object is not what was built.
  static Result<LoadedObject> load(const Artifact &, const std::vector<std::string> &symbols);
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
