#include "lower/SmtTerms.h"
#include "mlir/Dialect/SMT/IR/SMTOps.h"

namespace alt {

using namespace mlir;
using Op = Term::Op;

namespace {
struct SmtOp {
  Op op;
  StringLiteral name, predicate;
  bool typed = false; ///< says its operands' type
};
} // namespace

static constexpr SmtOp smtOps[] = {
    {Op::add, "smt.int.add", ""},       {Op::sub, "smt.int.sub", ""},
    {Op::mul, "smt.int.mul", ""},       {Op::div, "smt.int.div", ""},
    {Op::mod, "smt.int.mod", ""},       {Op::abs, "smt.int.abs", ""},
    {Op::lt, "smt.int.cmp", "lt"},      {Op::le, "smt.int.cmp", "le"},
    {Op::gt, "smt.int.cmp", "gt"},      {Op::ge, "smt.int.cmp", "ge"},
    {Op::eq, "smt.eq", "", true},       {Op::distinct, "smt.distinct", "", true},
    {Op::logicalNot, "smt.not", ""},    {Op::logicalAnd, "smt.and", ""},
    {Op::logicalOr, "smt.or", ""},      {Op::logicalXor, "smt.xor", ""},
    {Op::implies, "smt.implies", ""},   {Op::ite, "smt.ite", "", true},
};

static const SmtOp *find(Operation &op) {
  auto compare = dyn_cast<smt::IntCmpOp>(op);
  StringRef predicate = compare ? smt::stringifyIntPredicate(compare.getPred()) : StringRef();
  for (const SmtOp &known : smtOps)
    if (op.getName().getStringRef() == known.name && predicate == known.predicate)
      return &known;
  return nullptr;
}

std::optional<unsigned> smtTerm(Operation &op, const llvm::DenseMap<Value, unsigned> &terms,
                                Expressions &expressions) {
  if (auto constant = dyn_cast<smt::IntConstantOp>(op))
    return expressions.constant(constant.getValue().getSExtValue());
  if (auto constant = dyn_cast<smt::BoolConstantOp>(op))
    return expressions.constant(constant.getValue());
  const SmtOp *known = find(op);
  if (!known)
    return std::nullopt;
  std::vector<unsigned> of;
  for (Value operand : op.getOperands()) {
    auto term = terms.find(operand);
    if (term == terms.end())
      return std::nullopt;
    of.push_back(term->second);
  }
  return expressions.apply(known->op, std::move(of));
}

std::string smtText(const Term &term) {
  if (term.op == Op::constant)
    return "smt.int.constant " + std::to_string(term.value);
  for (const SmtOp &known : smtOps) {
    if (known.op != term.op)
      continue;
    std::string text = known.name.str() + (known.predicate.empty() ? "" : " " + known.predicate.str());
    for (size_t i = 0; i < term.of.size(); ++i)
      text += (i ? ", %t" : " %t") + std::to_string(term.of[i]);
    return text + (known.typed ? " : !smt.int" : "");
  }
  return "";
}

std::string smtSupported() {
  return "smt.int.constant, add, sub, mul, div, mod, abs and cmp, smt.constant, eq, distinct, not, "
         "and, or, xor, implies, ite and assert";
}

} // namespace alt
