// What candidates are checked against.
#pragma once
#include "alt/KernelPlan.h"
#include "mlir/IR/BuiltinOps.h"

namespace alt {

/// A kernel as it was written (the module of Workload::linalg) -> memrefs and loops, by MLIR's own
/// bufferisation and loops: none of our steps takes part, so that what is wrong in
/// these is wrong in the candidate only. The plan has one stage of one unit, <prefix>_s0, which
/// allocates what it needs and frees nothing: it is run once, in a child. (MLIR's deallocation calls a
/// function on memrefs of unknown size, for which there are no bare pointers.) Fails with a diagnostic.
mlir::FailureOr<KernelPlan> bufferizeReference(mlir::ModuleOp, const std::string &prefix);

} // namespace alt
