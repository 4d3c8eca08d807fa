// A schedule as a transform-dialect script.
#pragma once
#include "lower/ScheduledKernel.h"

namespace alt {

/// The script that applies the schedule to the prepared kernel (see Prepare.h): a module with
/// @__transform_main.
std::string scheduleScript(const ScheduledKernel &, const Target &);

} // namespace alt
