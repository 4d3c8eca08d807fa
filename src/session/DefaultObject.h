// A kernel's object without any measuring.
#pragma once
#include "alt/Measure.h"
#include "alt/OperandLayout.h"
#include "alt/SearchSpace.h"
#include <functional>
#include <optional>

namespace alt {

struct DefaultObject {
  Artifact artifact;
  std::optional<Schedule> schedule;   ///< none: plain loops
  std::string printed;                ///< the schedule's text
  std::vector<OperandLayout> layouts; ///< that the schedule wants
};

/// By the default schedule; by plain loops when `plain`, or when the default is refused.
Result<DefaultObject> buildDefault(const Workload &, const Target &, unsigned threads,
                                   const std::filesystem::path &folder, bool plain = false);

/// work(0), ..., work(count - 1), each on whichever core is free; the first of their errors.
Result<void> onAllCores(size_t count, unsigned cores,
                        const std::function<Result<void>(size_t)> &work);

} // namespace alt
