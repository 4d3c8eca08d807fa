// MLIR's element types that a tensor of ours may have.
#pragma once
#include "alt/Workload.h"
#include "mlir/IR/Types.h"
#include <optional>

namespace alt {

/// nullopt: none that a C caller can give. An index is none either: no tensor of a program has them.
std::optional<ElementType> elementType(mlir::Type);

} // namespace alt
