// A .mlir file read and found fit: one function of static tensors.
#pragma once
#include "alt/Result.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <filesystem>
#include <memory>
#include <optional>

namespace alt {

enum class ElementType;

std::unique_ptr<mlir::MLIRContext> makeProgramContext();

/// The first error among the diagnostics that MLIR gives while `this` lives, as "file:line:col:
/// what".
class FirstError {
public:
  explicit FirstError(mlir::MLIRContext *);
  const std::string &text() const { return first; }
  /// The collected error, or `otherwise` when MLIR failed without a word.
  Error error(ErrorKind kind, std::string otherwise) const;

private:
  std::string first;
  mlir::ScopedDiagnosticHandler handler;
};

/// "file:line:col: ", or "" when the location names no place.
std::string place(mlir::Location);

std::optional<ElementType> elementType(mlir::Type);

Result<mlir::OwningOpRef<mlir::ModuleOp>> readModule(const std::filesystem::path &,
                                                     mlir::MLIRContext *);
/// The one function with a body. The error says what stands in the way.
Result<mlir::func::FuncOp> theFunction(mlir::ModuleOp, const std::filesystem::path &);

} // namespace alt
