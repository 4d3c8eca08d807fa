// What a library asks of the CPU and the system before its kernels run, as C text for the driver:
// an error code instead of an illegal instruction.
#pragma once
#include "alt/Workload.h"
#include <span>
#include <string>
#include <vector>

namespace alt {

/// The first code for a feature that the CPU lacks; the next ones are for the next features.
inline constexpr int firstCpuError = 16;

struct CpuNeeds {
  std::vector<std::string> features; ///< LLVM's names
  bool tiles = false;                ///< tile registers, which the system gives on demand
};
/// Of kernels that were compiled for `features` (Target::features). Those for tile registers count
/// where a kernel may use them.
CpuNeeds cpuNeeds(const std::string &features, std::span<const Workload>);

/// `static int check_cpu(void)`: 0, or a code of `prefix`_status. Empty where nothing is needed.
std::string cpuCheckText(const CpuNeeds &, const std::string &prefix);
/// Lines for the switch of strerror, and for the enum of the header.
std::string cpuErrorCases(const CpuNeeds &, const std::string &prefix);
std::string cpuErrorCodes(const CpuNeeds &, const std::string &prefix);

} // namespace alt
