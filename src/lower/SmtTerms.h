// The SMT dialect's integer arithmetic and logic as terms that we evaluate ourselves, both ways.
#pragma once
#include "space/Expression.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace alt {

/// The term for an op's result, when it is one of those that are supported.
std::optional<unsigned> smtTerm(mlir::Operation &, const llvm::DenseMap<mlir::Value, unsigned> &,
                                Expressions &);
std::string smtSupported(); ///< for the sentence that refuses another op

/// The op that computes a term from values named "%t<number>", without its result. Not for knobs,
/// which are given. (Operands of `=` and `ite` are taken for integers.)
std::string smtText(const Term &);

} // namespace alt
