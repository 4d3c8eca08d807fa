// The layouts that a schedule wants, read off what its script will do.
#pragma once
#include "alt/OperandLayout.h"
#include "lower/ScheduledKernel.h"

namespace alt {

/// One for each operand of the anchor.
std::vector<OperandLayout> operandLayouts(const ScheduledKernel &, const Target &);

} // namespace alt
