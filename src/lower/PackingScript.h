// The part of a schedule's script that lays operands out.
#pragma once
#include "lower/Panels.h"
#include "lower/TransformText.h"

namespace alt {

/// One operand in panels or transposed; the copies that make it run row by row.
void writePacking(const Panels &, mlir::linalg::LinalgOp anchor, TransformText &out);

} // namespace alt
