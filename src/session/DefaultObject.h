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
  std::string note; ///< where the default was refused: why, and what was taken instead
};

/// What to take where the default cannot be built or run, best first: the other algorithms'
/// defaults, and points drawn with a fixed seed.
std::vector<Schedule> standIns(const SearchSpace &);

/// By the default schedule, or where it is refused by what stands in for it; by plain loops when
/// `plain`, or when all are.
Result<DefaultObject> buildDefault(const Workload &, const Target &, unsigned threads,
                                   const std::filesystem::path &folder, bool plain = false);

/// One sentence; `schedule` "": plain loops.
std::string insteadOfDefault(const std::string &kernel, const std::string &reason,
                             const std::string &schedule);

/// work(0), ..., work(count - 1), each on whichever core is free; the first of their errors.
Result<void> onAllCores(size_t count, unsigned cores,
                        const std::function<Result<void>(size_t)> &work);

} // namespace alt
