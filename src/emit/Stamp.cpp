#include "emit/Stamp.h"
#include "alt/Support.h"
#include <fstream>

namespace alt {

Result<std::string> stampOf(const Program &program) {
  std::string text;
  auto add = [&](const auto &part) { text += part + "\n"; };
  for (const std::vector<size_t> *side : {&program.inputs, &program.outputs}) {
    add(std::string("side"));
    for (size_t index : *side) {
      const Value &value = program.values[index];
      add(value.name);
      add(std::string(name(value.type)));
      for (int64_t extent : value.shape)
        add(std::to_string(extent));
    }
  }
  for (const Call &call : program.calls) {
    add(program.kernels[call.kernel].id.hex());
    for (size_t value : call.values)
      add(std::to_string(value));
  }
  for (const Value &value : program.values)
    if (value.splat)
      add(std::to_string(*value.splat));
  uint64_t hash = fnv1a(text);
  if (!program.weightsFile.empty()) {
    std::ifstream file(program.weightsFile, std::ios::binary);
    std::string part(1 << 20, '\0');
    while (file.read(part.data(), std::streamsize(part.size())) || file.gcount() > 0)
      hash = fnv1a(std::string_view(part.data(), size_t(file.gcount())), hash);
    if (!file.eof())
      return Error{ErrorKind::io, program.weightsFile.string() + ": cannot read the weights."};
  }
  return hex16(hash);
}

std::string stamped(const Program &program, const std::string &function,
                    const std::string &stamp) {
  return program.name + "_" + function + "_" + stamp;
}

} // namespace alt
