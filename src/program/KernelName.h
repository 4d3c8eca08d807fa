// Names that people know kernels by: "conv_3x3s1_56x56x64_64".
#pragma once
#include "alt/Workload.h"
#include "program/Outline.h"

namespace alt {

std::string kernelName(const Group &, const Outlined &, AnchorKind);

} // namespace alt
