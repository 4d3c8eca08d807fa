// The MLIR side of lower/: which dialects a kernel may use, and one context set up for them.
#pragma once
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include <memory>
#include <string>

namespace alt {

/// All that kernels, schedules and their lowering need; also what alt-opt registers.
void registerKernelDialects(mlir::DialectRegistry &);

/// Single-threaded, so that a process that holds one may fork.
std::unique_ptr<mlir::MLIRContext> makeKernelContext();

/// What the user's script is called where its file is not known: in the details of trials.
inline constexpr llvm::StringLiteral userScript = "schedule.mlir";

/// Collects diagnostics instead of printing them; `first()` is the first error, with its notes.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &);
  const std::string &first() const { return text; }

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace alt
