// A workload from a file is believed only as far as it can be true.
#pragma once
#include "alt/Workload.h"

namespace alt {

/// What of it cannot be so (a size that no machine has, a loop that is not there), or "". Spaces and
/// features of what passes can be made.
std::string whatIsWrong(const Workload &);

} // namespace alt
