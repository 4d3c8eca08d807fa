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

namespace {
// A loop of three steps, perhaps with another inside: each step reads slices, states and what is
// outside, and gives a piece of a sequence.
class RandomLoops {
public:
  explicit RandomLoops(std::mt19937 &rng) : rng(rng) {}
  Program run() {
    program.kernels.resize(1);
    readable = program.inputs = {add(64)};
    program.values[0].kind = Value::Kind::input;
    for (unsigned part = 0; part < 3; ++part) {
      calls(1 + rng() % 4);
      loop(std::nullopt, 0);
    }
    calls(2);
    size_t output = readable.back();
    program.values[output].kind = Value::Kind::output;
    program.outputs = {output};
    return std::move(program);
  }

private:
  size_t add(int64_t elements) {
    Value value;
    value.shape = {elements};
    program.values.push_back(value);
    return program.values.size() - 1;
  }
  size_t any() { return readable[rng() % readable.size()]; }
  void calls(unsigned count) {
    for (unsigned c = 0; c < count; ++c) {
      size_t one = any(), other = any(), result = add(64);
      program.calls.push_back({0, {one, other, result}});
      readable.push_back(result);
    }
  }
  size_t piece(size_t sequence, size_t loop, bool isBackward) {
    size_t value = add(64);
    int64_t bytes = program.values[value].byteSize();
    program.values[value].aliasOf = sequence;
    program.values[value].aliasOffset = isBackward ? 2 * bytes : 0;
    program.values[value].walk = Value::Walk{loop, isBackward ? -bytes : bytes};
    return value;
  }
  void loop(std::optional<size_t> parent, unsigned depth) {
    size_t index = program.loops.size(), sequence = add(3 * 64), state = add(64),
           given = add(3 * 64);
    program.calls.push_back({0, {any(), sequence}});
    program.loops.push_back({program.calls.size(), 0, parent, 3, {}, false, {{any(), state}}, {}});
    std::vector<size_t> before = readable;
    readable.insert(readable.end(), {state, piece(sequence, index, rng() % 2)});
    calls(1 + rng() % 3);
    if (depth < 2 && rng() % 2)
      loop(index, depth + 1);
    calls(1 + rng() % 3);
    size_t made = piece(given, index, rng() % 2);
    program.calls.push_back({0, {any(), made}});
    program.loops[index].keeps = {{any(), state}};
    program.loops[index].end = program.calls.size();
    readable = before;
    readable.insert(readable.end(), {state});
    size_t last = add(64); // of the sequence that was given
    program.values[last].aliasOf = given;
    readable.push_back(last);
  }
  std::mt19937 &rng;
  Program program;
  std::vector<size_t> readable;
};

// A run in which every write leaves a mark of its own, in the arena as planned and in memory that
// nothing shares.
class MarkedRun {
public:
  MarkedRun(const Program &program, const MemoryPlan &plan)
      : program(program), plan(plan), events(eventsOf(program)),
        arena(size_t(plan.arenaBytes / 64)), steps(program.loops.size()) {
    for (const Value &value : program.values)
      apart.emplace_back(size_t((value.byteSize() + 63) / 64));
  }
  bool isRight() {
    run(0, events.size());
    return right;
  }

private:
  void run(size_t begin, size_t end) {
    for (size_t e = begin; e < end; ++e) {
      const Event &event = events[e];
      if (event.kind == Event::Kind::call) {
        const std::vector<size_t> &values = program.calls[event.index].values;
        for (size_t i = 0; i + 1 < values.size(); ++i)
          read(values[i]);
        write(values.back());
        continue;
      }
      const Loop &loop = program.loops[event.index];
      for (const Loop::Copy &start : loop.starts)
        copy(start);
      size_t last = e;
      while (events[last].kind != Event::Kind::loopEnds || events[last].index != event.index)
        ++last;
      for (int64_t &i = steps[event.index] = 0; i < loop.trips; ++i) {
        run(e + 1, last);
        for (const Loop::Copy &kept : loop.keeps)
          copy(kept);
      }
      e = last;
    }
  }
  void copy(const Loop::Copy &copied) {
    read(copied.from);
    write(copied.to);
  }
  template <class Visit> void each(size_t value, Visit visit) {
    Storage storage = storageOf(program, value);
    if (plan.offset[storage.value] < 0)
      return;
    int64_t at = storage.offset;
    for (const Value::Walk &walk : storage.walks)
      at += walk.bytes * steps[walk.loop];
    for (int64_t b = 0; b < program.values[value].byteSize(); b += 64)
      visit(arena[size_t((plan.offset[storage.value] + at + b) / 64)],
            apart[storage.value][size_t((at + b) / 64)]);
  }
  void read(size_t value) {
    each(value, [&](unsigned planned, unsigned wanted) { right = right && planned == wanted; });
  }
  void write(size_t value) {
    ++mark;
    each(value, [&](unsigned &planned, unsigned &wanted) { planned = wanted = mark; });
  }
  const Program &program;
  const MemoryPlan &plan;
  const std::vector<Event> events;
  std::vector<unsigned> arena;
  std::vector<std::vector<unsigned>> apart;
  std::vector<int64_t> steps;
  unsigned mark = 0;
  bool right = true;
};
} // namespace

TEST(MemoryPlan, WhatALoopNeedsLaterOutlivesItsSteps) {
  std::mt19937 rng(5);
  for (int round = 0; round < 300; ++round) {
    Program program = RandomLoops(rng).run();
    MemoryPlan plan = planMemory(program);
    EXPECT_TRUE(MarkedRun(program, plan).isRight()) << "round " << round;
  }
}

TEST(MemoryPlan, CallsOfALoopCountForEveryStep) {
  Program program;
  program.kernels.resize(2);
  program.calls = {{0, {}}, {1, {}}, {0, {}}};
  program.loops = {{1, 3, std::nullopt, 7}, {1, 2, 0, 5}};
  EXPECT_EQ(program.uses(0), 8u);
  EXPECT_EQ(program.uses(1), 35u);
}
