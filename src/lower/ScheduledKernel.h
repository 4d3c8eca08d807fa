// A kernel as a schedule's loop nest finds it: the algorithm is applied, the ops are found.
#pragma once
#include "alt/Lower.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "space/AlgorithmSpace.h"

namespace alt {

struct ScheduledKernel {
  /// None where there is no loop nest to schedule.
  static std::optional<ScheduledKernel> of(const LowerRequest &, mlir::ModuleOp kernel);

  const AlgorithmSpace::Algorithm *algorithm = nullptr;
  LoopNest nest;              ///< what the algorithm leaves of it
  std::string algorithmLines; ///< of the script; empty where the nest is the kernel's own
  int64_t lanes = 0;
  /// The kernel after the algorithm; failed: why is said when the script applies it.
  mlir::ModuleOp kernel;
  bool failed = false;
  mlir::linalg::LinalgOp root, anchor;
  std::vector<int> rootAxisOf; ///< see rootAxes
  /// In the kernel as it was given, and what it is.
  mlir::linalg::LinalgOp rootBefore, anchorBefore;
  const Workload *workload = nullptr;

private:
  mlir::OwningOpRef<mlir::ModuleOp> rewritten; ///< where `kernel` is a copy
};

} // namespace alt
