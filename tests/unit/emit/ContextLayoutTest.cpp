#include "emit/Driver.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {
// y = x w, z = y w, u = z v: three calls of one kernel, which packs its weight ahead of time.
struct ThreeProducts : testing::Test {
  ThreeProducts() {
    using Kind = Value::Kind;
    for (Kind kind : {Kind::input, Kind::weight, Kind::weight, Kind::intermediate,
                      Kind::intermediate, Kind::output}) {
      Value value;
      value.kind = kind;
      value.shape = {16};
      program.values.push_back(value);
    }
    program.values[2].weightOffset = 64;
    program.inputs = {0};
    program.outputs = {5};
    Workload kernel;
    kernel.arguments.resize(3);
    kernel.arguments[1].isConstant = true;
    program.kernels = {kernel};
    program.calls = {{0, {0, 1, 3}}, {0, {3, 1, 4}}, {0, {4, 2, 5}}};
    using Buffer = BufferRef::Kind;
    plan.scratch = {{64, true}, {64, false}};
    plan.stages = {{"pack", {{Buffer::argument, 1}, {Buffer::scratch, 0}}, 1, true},
                   {"multiply",
                    {{Buffer::argument, 0}, {Buffer::scratch, 0}, {Buffer::argument, 2}},
                    1,
                    false}};
  }
  Program program;
  KernelPlan plan;
};
} // namespace

TEST_F(ThreeProducts, AWeightIsPackedOnceForAllThatPackItAlike) {
  ContextLayout layout = layoutContext(program, std::span(&plan, 1), 128);
  EXPECT_EQ(layout.isPrepared, (std::vector<bool>{false, true, false}));
  EXPECT_EQ(layout.scratchOffset[0][0], layout.scratchOffset[1][0]);
  EXPECT_NE(layout.scratchOffset[0][0], layout.scratchOffset[2][0]);
}

TEST_F(ThreeProducts, OnePackedFromMoreThanConstantsIsPackedByEachCall) {
  plan.stages[0].buffers.push_back({BufferRef::Kind::argument, 0});
  ContextLayout layout = layoutContext(program, std::span(&plan, 1), 128);
  EXPECT_EQ(layout.isPrepared, (std::vector<bool>{false, false, false}));
  EXPECT_NE(layout.scratchOffset[0][0], layout.scratchOffset[1][0]);
}
