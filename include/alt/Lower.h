// A schedule applied: workload text -> transform script -> vectors -> LLVM -> object file. Runs in
// the calling process; the measurer calls it in a child with limits.
#pragma once
#include "alt/KernelPlan.h"
#include "alt/OperandLayout.h"
#include "alt/SearchSpace.h"
#include <filesystem>
#include <optional>

namespace alt {

/// Why lowering stopped; becomes the trial's outcome.
struct LowerFailure {
  bool refused = false; ///< the schedule was refused (transform, vectoriser); else compile failed
  std::string detail;   ///< the first diagnostic
};

struct LowerRequest {
  const Workload &workload;
  /// nullptr: plain loops.
  const SearchSpace *space = nullptr;
  const Schedule *schedule = nullptr;
  /// Instead: what every candidate is checked against, made by MLIR's bufferisation and loops alone.
  bool reference = false;
  std::string symbolPrefix = "kernel"; ///< stages are <prefix>_s0, <prefix>_s1, ...
  bool allPasses = false; ///< LLVM's -O2 for a schedule, too: to see what leaving it out saves
};

/// Writes the object and fills the plan.
std::variant<KernelPlan, LowerFailure> lowerToObject(const LowerRequest &, const Target &,
                                                     const std::filesystem::path &object);

/// What the space and the learner need to know of a kernel (the format of Workload::linalg): axes and
/// operands of its anchor, arguments, FLOPs, id. `name` stays empty. The error says which argument
/// cannot be passed to a kernel.
Result<Workload> describeKernel(std::string_view linalg);

/// Makes the search space of a workload the open choices of a transform script (docs/schedules.md).
/// The error is one sentence with the script's `file` and the line: nothing to choose, constraints
/// that leave nothing or cannot be evaluated, an operation that the kernel does not have.
Result<void> useScript(Workload &, std::string_view script, const std::string &file);

/// The workload's search space: of its script when it has one, else of its loop nest.
std::unique_ptr<SearchSpace> spaceOf(const Workload &, const Target &, unsigned threads = 1);

/// A search space for people and for useScript.
struct PrintedSpace {
  std::string script;
  std::vector<std::string> constraints; ///< "the accumulators fit the registers: (<= ... 30)"
};
PrintedSpace printSpace(const Workload &, const Target &, unsigned threads = 1);

/// The kernel whose space a script is, when printSpace made it: the script is for that workload. None:
/// it is for a function as it was written.
Result<std::optional<WorkloadId>> kernelOfScript(std::string_view script, const std::string &file);

/// The layouts that the schedule wants its loop nest's operands in; none for plain loops and for what
/// a user's own script does.
Result<std::vector<OperandLayout>> layoutsOf(const LowerRequest &, const Target &);

/// The module with kernel and transform script that alt-opt replays.
Result<std::string> printSchedule(const LowerRequest &, const Target &);

} // namespace alt
