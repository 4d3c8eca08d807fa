// Integer arithmetic over the knobs of a schedule: what constraints are made of, and what a script
// computes from its knobs. Terms are kept in a list, each built of earlier ones only.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

/// One operation. Comparisons and logic answer 0 or 1. Division and remainder are SMT-LIB's: the
/// remainder is never negative; by zero they have no value.
struct Term {
  enum class Op {
    constant, ///< `value`
    knob,     ///< the knob number `value`
    add, sub, mul, div, mod, abs,
    lt, le, gt, ge, eq, distinct,
    logicalNot, logicalAnd, logicalOr, logicalXor, implies,
    ite, ///< of[0] ? of[1] : of[2]
  };
  Op op = Op::constant;
  int64_t value = 0;
  std::vector<unsigned> of; ///< numbers of earlier terms
  bool operator==(const Term &) const = default;
};

class Expressions {
public:
  /// No value: not chosen yet, or undefined (a division by zero, an overflow).
  using Value = std::optional<int64_t>;

  unsigned add(Term); ///< the term's number; equal terms are kept once
  unsigned constant(int64_t value) { return add({Term::Op::constant, value, {}}); }
  unsigned knob(unsigned number) { return add({Term::Op::knob, number, {}}); }
  unsigned apply(Term::Op op, std::vector<unsigned> of) { return add({op, 0, std::move(of)}); }
  std::span<const Term> terms() const { return list; }

  /// What every term is when the knobs have these values. Logic and `ite` know an answer as soon as
  /// it does not depend on what has no value: a constraint can fail before all knobs are chosen.
  void evaluate(std::span<const Value> knobs, std::vector<Value> &out) const;

private:
  std::vector<Term> list;
};

/// SMT-LIB's name of an operation: "+", "div", "<=", "=>".
std::string_view symbol(Term::Op);
/// "(<= (* mr nr) 32)", as SMT-LIB writes it.
std::string print(const Expressions &, unsigned term, std::span<const std::string> knobNames);

} // namespace alt
