#include "alt/Program.h"
#include <cassert>

namespace alt {

int64_t Value::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

unsigned Program::uses(size_t kernel) const {
  unsigned count = 0;
  for (const Call &call : calls)
    count += call.kernel == kernel && !call.ahead;
  return count;
}

Storage storageOf(const Program &program, size_t value) {
  Storage storage{value, 0};
  while (program.values[storage.value].aliasOf) {
    storage.offset += program.values[storage.value].aliasOffset;
    storage.value = *program.values[storage.value].aliasOf;
  }
  return storage;
}

std::optional<size_t> outputHolding(const Program &program, size_t owner) {
  const Value &storage = program.values[owner];
  if (storage.kind != Value::Kind::intermediate && storage.kind != Value::Kind::output)
    return std::nullopt;
  for (size_t output = 0; output < program.outputs.size(); ++output) {
    size_t value = program.outputs[output];
    auto [root, offset] = storageOf(program, value);
    if (root == owner && offset == 0 && program.values[value].byteSize() == storage.byteSize())
      return output;
  }
  return std::nullopt;
}

} // namespace alt
