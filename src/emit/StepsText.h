// The two functions of the driver that call kernels: `ahead`, once a context, and `steps`, a run.
#pragma once
#include "emit/Driver.h"
#include <string>

namespace alt {

std::string stepsText(const Program &, std::span<const KernelPlan>, const ContextLayout &,
                      unsigned threads);

} // namespace alt
