#include "lower/SmtTerms.h"
#include "mlir/Dialect/SMT/IR/SMTOps.h"
#include "llvm/ADT/StringSwitch.h"

namespace alt {

using namespace mlir;
using Op = Term::Op;

static std::optional<Op> operation(Operation &op) {
  if (auto compare = dyn_cast<smt::IntCmpOp>(op))
    switch (compare.getPred()) {
    case smt::IntPredicate::lt: return Op::lt;
    case smt::IntPredicate::le: return Op::le;
    case smt::IntPredicate::gt: return Op::gt;
    case smt::IntPredicate::ge: return Op::ge;
    }
  return llvm::StringSwitch<std::optional<Op>>(op.getName().getStringRef())
      .Case("smt.int.add", Op::add)
      .Case("smt.int.sub", Op::sub)
      .Case("smt.int.mul", Op::mul)
      .Case("smt.int.div", Op::div)
      .Case("smt.int.mod", Op::mod)
      .Case("smt.int.abs", Op::abs)
      .Case("smt.eq", Op::eq)
      .Case("smt.distinct", Op::distinct)
      .Case("smt.not", Op::logicalNot)
      .Case("smt.and", Op::logicalAnd)
      .Case("smt.or", Op::logicalOr)
      .Case("smt.xor", Op::logicalXor)
      .Case("smt.implies", Op::implies)
      .Case("smt.ite", Op::ite)
      .Default(std::nullopt);
}

std::optional<unsigned> smtTerm(Operation &op, const llvm::DenseMap<Value, unsigned> &terms,
                                Expressions &expressions) {
  if (auto constant = dyn_cast<smt::IntConstantOp>(op))
    return expressions.constant(constant.getValue().getSExtValue());
  if (auto constant = dyn_cast<smt::BoolConstantOp>(op))
    return expressions.constant(constant.getValue());
  std::optional<Op> kind = operation(op);
  if (!kind)
    return std::nullopt;
  std::vector<unsigned> of;
  for (Value operand : op.getOperands()) {
    auto term = terms.find(operand);
    if (term == terms.end())
      return std::nullopt;
    of.push_back(term->second);
  }
  return expressions.apply(*kind, std::move(of));
}

std::string smtSupported() {
  return "smt.int.constant, add, sub, mul, div, mod, abs and cmp, smt.constant, eq, distinct, not, "
         "and, or, xor, implies, ite and assert";
}

} // namespace alt
