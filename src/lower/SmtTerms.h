// The SMT dialect's integer arithmetic and logic as terms that we evaluate ourselves.
#pragma once
#include "mlir/IR/Operation.h"
#include "space/Expression.h"
#include "llvm/ADT/DenseMap.h"

namespace alt {

/// The term for an op's result, when it is one of those that are supported.
std::optional<unsigned> smtTerm(mlir::Operation &, const llvm::DenseMap<mlir::Value, unsigned> &,
                                Expressions &);
std::string smtSupported(); ///< for the sentence that refuses another op

} // namespace alt
