// Powers without a call.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace alt {

/// Powers of small constant exponents become multiplications; those of other integers powers of
/// floats.
void expandPowers(mlir::func::FuncOp);

} // namespace alt
