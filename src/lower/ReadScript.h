// A transform script with open choices: upstream's tune.knob and tune.alternatives, constrained by
// smt.constrain_params. Read as plain data, and closed again at one point.
#pragma once
#include "alt/Result.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "space/TuneScriptSpace.h"
#include "llvm/ADT/DenseMap.h"

namespace alt {

struct OpenScript {
  std::string file; ///< what errors call it
  mlir::OwningOpRef<mlir::ModuleOp> module;
  TuneScript description;
  llvm::DenseMap<mlir::Value, unsigned> termOf; ///< of parameters that follow from the knobs
  std::vector<std::pair<unsigned, mlir::Location>> assertions; ///< constraints and where they stand
};

/// The error is one sentence with file, line and column.
Result<OpenScript> readScript(std::string_view text, const std::string &file, mlir::MLIRContext &);

/// The error names the constraint that leaves nothing to choose from.
Result<std::unique_ptr<TuneScriptSpace>> searchSpace(const OpenScript &);

/// Chooses: knobs and alternatives are given their selection, parameters that constraints compute
/// become constants, constraints go. The interpreter can run what is left.
void closeScript(OpenScript &, const TuneScriptSpace &, const Schedule &);

} // namespace alt
