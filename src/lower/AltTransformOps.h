// transform.alt.*: our extension of the transform dialect (see AltTransformOps.td).
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"

#define GET_OP_CLASSES
#include "AltTransformOps.h.inc"

namespace alt {
void registerAltTransformOps(mlir::DialectRegistry &);
} // namespace alt
