// What MLIR says against a file of the user's, as one sentence with a place.
#pragma once
#include "alt/Result.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

namespace alt {

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

} // namespace alt
