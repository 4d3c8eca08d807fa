// A live kernel to compare tuners on: a recorded space that grows while it is used.
#pragma once
#include "alt/Compare.h"
#include "alt/LiveMeasurer.h"

namespace alt {

/// Each schedule is measured once on this machine, whoever asks first; every later answer is that
/// one. All of it is appended to `records` (unless empty), and what that file holds already counts
/// as measured. The workload is copied.
Result<Arena> startLiveArena(std::string name, const Workload &, std::shared_ptr<Runner>,
                             const std::filesystem::path &records);

} // namespace alt
