#include "space/Expression.h"
#include <gtest/gtest.h>

using namespace alt;
using Op = Term::Op;
using Value = Expressions::Value;

namespace {

Value evaluate(const Expressions &all, unsigned term, std::vector<Value> knobs = {}) {
  std::vector<Value> out;
  all.evaluate(knobs, out);
  return out[term];
}

Value binary(Op op, int64_t a, int64_t b) {
  Expressions e;
  unsigned x = e.constant(a), y = e.constant(b);
  return evaluate(e, e.apply(op, {x, y}));
}

TEST(Expression, DividesAsSmtLibDoes) {
  for (int64_t a : {7, -7})
    for (int64_t b : {2, -2}) {
      int64_t quotient = *binary(Op::div, a, b), rest = *binary(Op::mod, a, b);
      EXPECT_EQ(quotient * b + rest, a);
      EXPECT_TRUE(rest == 0 || rest == 1) << a << " mod " << b;
    }
}

TEST(Expression, WhatIsUndefinedHasNoValue) {
  EXPECT_EQ(binary(Op::div, 1, 0), std::nullopt);
  EXPECT_EQ(binary(Op::mod, 1, 0), std::nullopt);
  EXPECT_EQ(binary(Op::div, INT64_MIN, -1), std::nullopt);
  EXPECT_EQ(binary(Op::mul, INT64_MAX, 2), std::nullopt);
  EXPECT_EQ(binary(Op::add, INT64_MAX, 1), std::nullopt);
  EXPECT_EQ(binary(Op::sub, INT64_MIN, 1), std::nullopt);
}

TEST(Expression, LogicKnowsWhatDoesNotDependOnOpenKnobs) {
  Expressions e;
  unsigned open = e.knob(0), no = e.constant(0), yes = e.constant(1);
  std::vector<Value> nothing{std::nullopt};
  EXPECT_EQ(evaluate(e, e.apply(Op::logicalAnd, {open, no}), nothing), 0);
  EXPECT_EQ(evaluate(e, e.apply(Op::logicalAnd, {open, yes}), nothing), std::nullopt);
  EXPECT_EQ(evaluate(e, e.apply(Op::logicalOr, {open, yes}), nothing), 1);
  EXPECT_EQ(evaluate(e, e.apply(Op::implies, {no, open}), nothing), 1);
  EXPECT_EQ(evaluate(e, e.apply(Op::implies, {open, yes}), nothing), 1);
  EXPECT_EQ(evaluate(e, e.apply(Op::implies, {open, no}), nothing), std::nullopt);
  EXPECT_EQ(evaluate(e, e.apply(Op::ite, {yes, no, open}), nothing), 0);
  EXPECT_EQ(evaluate(e, e.apply(Op::ite, {open, no, no}), nothing), std::nullopt);
}

TEST(Expression, ComparesAndCounts) {
  EXPECT_EQ(binary(Op::lt, 1, 2), 1);
  EXPECT_EQ(binary(Op::le, 2, 2), 1);
  EXPECT_EQ(binary(Op::gt, 2, 2), 0);
  EXPECT_EQ(binary(Op::ge, 1, 2), 0);
  Expressions e;
  unsigned one = e.constant(1), two = e.constant(2);
  EXPECT_EQ(evaluate(e, e.apply(Op::eq, {one, one, two})), 0);
  EXPECT_EQ(evaluate(e, e.apply(Op::distinct, {one, two, one})), 0);
  EXPECT_EQ(evaluate(e, e.apply(Op::logicalXor, {one, two, one})), 1);
  EXPECT_EQ(evaluate(e, e.apply(Op::logicalNot, {two})), 0);
  EXPECT_EQ(evaluate(e, e.apply(Op::abs, {e.constant(-3)})), 3);
  EXPECT_EQ(e.apply(Op::add, {one, two}), e.apply(Op::add, {one, two})); // kept once
}

TEST(Expression, PrintsAsSmtLib) {
  Expressions e;
  unsigned product = e.apply(Op::mul, {e.knob(0), e.knob(1)});
  std::vector<std::string> names{"mr", "nr"};
  EXPECT_EQ(print(e, e.apply(Op::le, {product, e.constant(32)}), names), "(<= (* mr nr) 32)");
}

} // namespace
