// A group as a module of its own: the text that identifies a kernel.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "program/Cut.h"
#include <functional>
#include <string>
#include <vector>

namespace alt {

struct Outlined {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string text;                ///< equal for groups of equal structure
  std::vector<mlir::Value> inputs; ///< of the program's function, in the kernel's order
  std::vector<mlir::Value> outputs;
  mlir::linalg::LinalgOp anchor; ///< in `module`; null when the group has none
};

/// `isConstant` tells which inputs are known before the first run.
Outlined outline(const Group &, const std::function<bool(mlir::Value)> &isConstant);

} // namespace alt
