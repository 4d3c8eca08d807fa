#include "space/Expression.h"
#include <algorithm>
#include <cassert>

namespace alt {

using Op = Term::Op;
using Value = Expressions::Value;

unsigned Expressions::add(Term term) {
  assert(std::all_of(term.of.begin(), term.of.end(), [&](unsigned o) { return o < list.size(); }) &&
         "terms are built of earlier ones");
  auto found = std::find(list.begin(), list.end(), term);
  if (found == list.end())
    found = list.insert(found, std::move(term));
  return static_cast<unsigned>(found - list.begin());
}

/// `decides`: the operand that settles the answer whatever the others are (0 for and, 1 for or).
static Value junction(std::span<const Value> of, bool decides) {
  bool known = true;
  for (const Value &v : of) {
    if (v && (*v != 0) == decides)
      return decides;
    known &= v.has_value();
  }
  return known ? Value(!decides) : std::nullopt;
}

static Value divide(int64_t a, int64_t b, bool remainder) {
  if (b == 0 || (a == INT64_MIN && b == -1))
    return std::nullopt;
  int64_t quotient = a / b, rest = a % b;
  if (rest < 0) {
    quotient += b > 0 ? -1 : 1;
    rest += b > 0 ? b : -b;
  }
  return remainder ? rest : quotient;
}

static Value fold(std::span<const Value> of, bool (*overflows)(int64_t, int64_t, int64_t *)) {
  int64_t result = *of[0];
  for (const Value &v : of.subspan(1))
    if (overflows(result, *v, &result))
      return std::nullopt;
  return result;
}

/// Every operand has a value.
static Value strict(Op op, std::span<const Value> of) {
  int64_t a = *of[0], b = of.size() > 1 ? *of[1] : 0;
  switch (op) {
  case Op::add:
    return fold(of, [](int64_t x, int64_t y, int64_t *r) { return __builtin_add_overflow(x, y, r); });
  case Op::sub:
    return fold(of, [](int64_t x, int64_t y, int64_t *r) { return __builtin_sub_overflow(x, y, r); });
  case Op::mul:
    return fold(of, [](int64_t x, int64_t y, int64_t *r) { return __builtin_mul_overflow(x, y, r); });
  case Op::div: return divide(a, b, false);
  case Op::mod: return divide(a, b, true);
  case Op::abs: return a == INT64_MIN ? Value() : a < 0 ? -a : a;
  case Op::lt: return a < b;
  case Op::le: return a <= b;
  case Op::gt: return a > b;
  case Op::ge: return a >= b;
  case Op::eq: return std::all_of(of.begin(), of.end(), [&](const Value &v) { return *v == a; });
  case Op::distinct:
    for (size_t i = 0; i < of.size(); ++i)
      if (std::find(of.begin() + i + 1, of.end(), of[i]) != of.end())
        return 0;
    return 1;
  case Op::logicalNot: return a == 0;
  case Op::logicalXor: {
    bool odd = false;
    for (const Value &v : of)
      odd ^= *v != 0;
    return odd;
  }
  default: break; // constants, knobs and what is lazy are evaluate's
  }
  assert(false && "every operation is evaluated");
  return std::nullopt;
}

void Expressions::evaluate(std::span<const Value> knobs, std::vector<Value> &out) const {
  out.resize(list.size());
  std::vector<Value> of;
  for (size_t t = 0; t < list.size(); ++t) {
    const Term &term = list[t];
    of.clear();
    for (unsigned operand : term.of)
      of.push_back(out[operand]);
    switch (term.op) {
    case Op::constant: out[t] = term.value; break;
    case Op::knob: out[t] = knobs[static_cast<size_t>(term.value)]; break;
    case Op::logicalAnd: out[t] = junction(of, false); break;
    case Op::logicalOr: out[t] = junction(of, true); break;
    case Op::implies: {
      Value parts[] = {of[0] ? Value(*of[0] == 0) : std::nullopt, of[1]};
      out[t] = junction(parts, true);
      break;
    }
    case Op::ite: out[t] = of[0] ? (*of[0] ? of[1] : of[2]) : std::nullopt; break;
    default:
      bool known = std::all_of(of.begin(), of.end(), [](const Value &v) { return v.has_value(); });
      out[t] = known ? strict(term.op, of) : std::nullopt;
    }
  }
}

std::string_view symbol(Op op) {
  switch (op) {
  case Op::constant: return "constant";
  case Op::knob: return "knob";
  case Op::add: return "+";
  case Op::sub: return "-";
  case Op::mul: return "*";
  case Op::div: return "div";
  case Op::mod: return "mod";
  case Op::abs: return "abs";
  case Op::lt: return "<";
  case Op::le: return "<=";
  case Op::gt: return ">";
  case Op::ge: return ">=";
  case Op::eq: return "=";
  case Op::distinct: return "distinct";
  case Op::logicalNot: return "not";
  case Op::logicalAnd: return "and";
  case Op::logicalOr: return "or";
  case Op::logicalXor: return "xor";
  case Op::implies: return "=>";
  case Op::ite: return "ite";
  }
  return "";
}

std::string print(const Expressions &all, unsigned number, std::span<const std::string> knobNames) {
  const Term &term = all.terms()[number];
  if (term.op == Op::constant)
    return std::to_string(term.value);
  if (term.op == Op::knob)
    return knobNames[static_cast<size_t>(term.value)];
  std::string text = "(" + std::string(symbol(term.op));
  for (unsigned operand : term.of)
    text += " " + print(all, operand, knobNames);
  return text + ")";
}

} // namespace alt
