// A .mlir file read and found fit: one function of static tensors.
#pragma once
#include "alt/Result.h"
#include "lower/ElementTypes.h"
#include "lower/FirstError.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <filesystem>
#include <memory>
#include <optional>

namespace alt {

std::unique_ptr<mlir::MLIRContext> makeProgramContext();

Result<mlir::OwningOpRef<mlir::ModuleOp>> readModule(const std::filesystem::path &,
                                                     mlir::MLIRContext *);
/// The one function with a body. The error says what stands in the way.
Result<mlir::func::FuncOp> theFunction(mlir::ModuleOp, const std::filesystem::path &);

} // namespace alt
