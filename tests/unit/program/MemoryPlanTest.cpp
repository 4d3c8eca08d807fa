#include "alt/Program.h"
#include <gtest/gtest.h>
#include <random>

using namespace alt;

namespace {
// A random program: each call reads a few earlier values and writes one; some values are reshapes.
Program randomProgram(std::mt19937 &rng) {
  Program program;
  auto add = [&](Value::Kind kind, int64_t extent) {
    Value value;
    value.kind = kind;
    value.shape = {extent};
    program.values.push_back(value);
    return program.values.size() - 1;
  };
  program.inputs.push_back(add(Value::Kind::input, 10));
  std::vector<size_t> readable = program.inputs;
  program.kernels.resize(1);
  for (unsigned c = 0, calls = 1 + rng() % 40; c < calls; ++c) {
    Call call{0, {}};
    for (unsigned r = 0, reads = 1 + rng() % 3; r < reads; ++r)
      call.values.push_back(readable[rng() % readable.size()]);
    size_t result = add(Value::Kind::intermediate, 1 + int64_t(rng() % 1000));
    call.values.push_back(result);
    program.calls.push_back(call);
    readable.push_back(result);
    if (rng() % 4 == 0) {
      size_t alias = add(Value::Kind::intermediate, program.values[result].shape[0]);
      program.values[alias].aliasOf = result;
      readable.push_back(alias);
    }
  }
  for (unsigned o = 0; o < 1 + rng() % 2; ++o) {
    size_t value = readable[rng() % readable.size()];
    if (program.values[value].kind == Value::Kind::intermediate)
      program.values[value].kind = Value::Kind::output;
    program.outputs.push_back(value);
  }
  return program;
}

// The calls during which a storage is needed: from its first writer to its last reader.
std::pair<size_t, size_t> lifetime(const Program &program, size_t owner) {
  size_t first = program.calls.size(), last = 0;
  for (size_t c = 0; c < program.calls.size(); ++c)
    for (size_t value : program.calls[c].values)
      if (storageOf(program, value).value == owner) {
        first = std::min(first, c);
        last = std::max(last, c);
      }
  for (size_t output : program.outputs)
    if (storageOf(program, output).value == owner)
      last = program.calls.size();
  return {first, last};
}
} // namespace

TEST(MemoryPlan, NoTwoLiveValuesOverlap) {
  std::mt19937 rng(7);
  for (int round = 0; round < 300; ++round) {
    Program program = randomProgram(rng);
    MemoryPlan plan = planMemory(program);
    for (size_t a = 0; a < program.values.size(); ++a) {
      if (plan.offset[a] < 0 || program.values[a].aliasOf)
        continue;
      EXPECT_EQ(plan.offset[a] % 64, 0);
      EXPECT_LE(plan.offset[a] + program.values[a].byteSize(), plan.arenaBytes);
      for (size_t b = 0; b < a; ++b) {
        if (plan.offset[b] < 0 || program.values[b].aliasOf)
          continue;
        auto [firstA, lastA] = lifetime(program, a);
        auto [firstB, lastB] = lifetime(program, b);
        bool together = firstA <= lastB && firstB <= lastA;
        bool overlap = plan.offset[a] < plan.offset[b] + program.values[b].byteSize() &&
                       plan.offset[b] < plan.offset[a] + program.values[a].byteSize();
        EXPECT_FALSE(together && overlap) << "round " << round << ": values " << a << " and " << b;
      }
    }
  }
}

TEST(MemoryPlan, EveryIntermediateThatACallTouchesHasAPlace) {
  std::mt19937 rng(11);
  for (int round = 0; round < 100; ++round) {
    Program program = randomProgram(rng);
    MemoryPlan plan = planMemory(program);
    for (const Call &call : program.calls)
      for (size_t value : call.values) {
        size_t owner = storageOf(program, value).value;
        bool elsewhere = program.values[owner].kind == Value::Kind::input ||
                         outputHolding(program, owner).has_value();
        EXPECT_EQ(plan.offset[value] < 0, elsewhere);
      }
  }
}

TEST(MemoryPlan, AChainNeedsTwoBuffersOnly) {
  Program program;
  program.kernels.resize(1);
  for (int v = 0; v < 12; ++v) {
    Value value;
    value.kind = v == 0    ? Value::Kind::input
                 : v == 11 ? Value::Kind::output
                           : Value::Kind::intermediate;
    value.shape = {1024};
    program.values.push_back(value);
    if (v > 0)
      program.calls.push_back({0, {size_t(v - 1), size_t(v)}});
  }
  program.inputs = {0};
  program.outputs = {11};
  EXPECT_EQ(planMemory(program).arenaBytes, 2 * 4096);
}
