// A .mlir file read and found fit: one function of static tensors, and bodies of loops.
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
#include <vector>

namespace alt {

std::unique_ptr<mlir::MLIRContext> makeProgramContext();

Result<mlir::OwningOpRef<mlir::ModuleOp>> readModule(const std::filesystem::path &,
                                                     mlir::MLIRContext *);
/// What a module holds: the program, and what a step of each of its loops does (docs/importing.md).
struct Functions {
  mlir::func::FuncOp main;
  std::vector<mlir::func::FuncOp> loops;
  std::vector<mlir::func::FuncOp> all() const;
};
/// Names the loop whose result an argument is, and whose operand a result is.
inline constexpr llvm::StringLiteral loopAttribute = "alt.loop";
/// How many steps a loop takes, on its function.
inline constexpr llvm::StringLiteral tripsAttribute = "alt.trips";

/// The one function with a body that is no loop's, and those of loops. The error says what stands
/// in the way.
Result<Functions> functionsOf(mlir::ModuleOp, const std::filesystem::path &);

} // namespace alt
