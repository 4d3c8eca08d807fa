// C identifiers for a program's inputs and outputs, shared by header, driver and manifest.
#pragma once
#include "alt/Program.h"
#include <string>
#include <vector>

namespace alt {

struct ParameterNames {
  std::vector<std::string> inputs, outputs; ///< valid in C and C++, all different
};
ParameterNames parameterNames(const Program &);

} // namespace alt
