// C identifiers for a program's inputs and outputs, shared by header, driver and manifest.
#pragma once
#include "alt/Program.h"
#include <string>
#include <vector>

namespace alt {

struct ParameterNames {
  std::vector<std::string> inputs, outputs; ///< valid in C and C++, all different
};
/// After the model's own names, as the header has them.
ParameterNames parameterNames(const Program &);
/// "input_0", "output_0": no model's names are in the driver, whose own they might be.
ParameterNames plainNames(const Program &);

} // namespace alt
