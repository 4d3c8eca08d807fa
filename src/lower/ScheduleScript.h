// A schedule as a transform-dialect script.
#pragma once
#include "alt/Lower.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace alt {

/// The script that applies request.schedule to the prepared kernel (see Prepare.h): a module with
/// @__transform_main. "" when the kernel has nothing to schedule.
std::string scheduleScript(const LowerRequest &, mlir::ModuleOp kernel, const Target &);

} // namespace alt
