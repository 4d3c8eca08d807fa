// alt.schedule: a point of a generated space inside a script.
#pragma once
#include "alt/OperandLayout.h"
#include "alt/Target.h"
#include "alt/Workload.h"
#include "lower/AltTransformOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace alt {

/// The script's alt.schedule; null when it has none.
mlir::transform::ScheduleOp findScheduleOp(mlir::ModuleOp script);

/// Puts the ops that alt.schedule stands for in its place. Its parameters are selected knobs and
/// constants (see closeScript), `kernel` is generalised (see Prepare.h). Fails with a diagnostic
/// when the generated space has no such point; else returns the layouts that the point wants.
mlir::FailureOr<std::vector<OperandLayout>> expandSchedule(mlir::transform::ScheduleOp,
                                                           const Workload &, const Target &,
                                                           mlir::ModuleOp kernel);

} // namespace alt
