// What a schedule's layouts say, in words that people read; ScheduleTest holds them against the
// objects.
#include "Kernels.h"
#include "alt/Lower.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace alt;
using testing::ElementsAre;

namespace {

std::string family(const std::string &name) {
  for (const test::KernelText &kernel : test::kernelFamilies())
    if (kernel.name == name)
      return kernel.text;
  return "";
}

/// Sets "name=value".
void set(const SearchSpace &space, Schedule &schedule, const std::string &knob) {
  std::string name = knob.substr(0, knob.find('=')), value = knob.substr(name.size() + 1);
  for (size_t k = 0; k < space.knobs().size(); ++k) {
    const Knob &candidate = space.knobs()[k];
    for (size_t option = 0; option < candidate.options.size(); ++option)
      if (candidate.name == name &&
          value == (candidate.labels.empty() ? std::to_string(int(candidate.options[option]))
                                             : candidate.labels[option])) {
        schedule.choice[k] = static_cast<uint16_t>(option);
        return;
      }
  }
  ADD_FAILURE() << "no such choice: " << knob;
}

/// Of the default with some knobs set.
std::vector<std::string> layouts(const std::string &kernel,
                                 std::initializer_list<std::string> knobs) {
  Result<Workload> workload = describeKernel(family(kernel));
  if (!workload)
    return {workload.error().message};
  Target target; // as wide whatever the host is
  target.vectorBits = 512;
  target.vectorRegisters = 32;
  auto space = makeSearchSpace(*workload, target, 1);
  Schedule schedule = space->defaultSchedule();
  for (const std::string &knob : knobs)
    set(*space, schedule, knob);
  EXPECT_TRUE(space->legal(schedule));
  auto found = layoutsOf({*workload, space.get(), &schedule}, target);
  if (!found)
    return {found.error().message};
  std::vector<std::string> printed;
  for (const OperandLayout &layout : *found)
    printed.push_back(print(layout));
  return printed;
}

TEST(Layouts, AWeightIsPackedInPanelsAsWideAsTheRegisterTile) {
  EXPECT_THAT(layouts("matmul", {"reg.i1=32", "pack.in1=1"}),
              ElementsAre("in0 32x40xf32 = i0 i2, read in place",
                          "in1 2x40x32xf32 = i1/32 i2 i1%32, copied ahead of time",
                          "out 32x48xf32 = i0 i1, written in place"));
}

TEST(Layouts, WhatIsNoWeightIsPackedInEveryCall) {
  EXPECT_THAT(layouts("batch_matmul", {"reg.i2=16", "pack.in1=1"}),
              ElementsAre("in0 3x10x24xf32 = i0 i1 i3, read in place",
                          "in1 2x3x24x16xf32 = i2/16 i0 i3 i2%16, copied in every call",
                          "out 3x10x20xf32 = i0 i1 i2, written in place"));
}

TEST(Layouts, PaddingIsCopiedOrLeftOut) {
  EXPECT_THAT(layouts("conv_3x3", {"algorithm=direct", "pad=copy", "pack.in1=0"}),
              ElementsAre("in0 1x11x11x8xf32 = i0 i1+i4 i2+i5 i6, copied in every call",
                          "in1 3x3x8x24xf32 = i4 i5 i6 i3, read in place",
                          "out 1x9x9x24xf32 = i0 i1 i2 i3, written in place"));
  EXPECT_THAT(layouts("conv_3x3", {"algorithm=direct", "pad=skip", "pack.in1=0"}).front(),
              "in0 1x9x9x8xf32 = i0 i1+i4-1 i2+i5-1 i6, read in place");
}

TEST(Layouts, WinogradTransformsFiltersAheadAndInputsByTheBatch) {
  EXPECT_THAT(
      layouts("conv_3x3", {"algorithm=f23", "f23.tile.t=25", "f23.reg.t=5", "f23.pack.in1=0"}),
      ElementsAre("in0 16x25x8xf32 = a t c, made tile by tile",
                  "in1 16x8x24xf32 = a c f, copied ahead of time",
                  "out 1x9x9x24xf32 = i0 i1 i2 i3, written in place"));
}

TEST(Layouts, AKernelWithoutAScheduleHasNone) {
  Result<Workload> workload = describeKernel(family("matmul"));
  ASSERT_TRUE(workload);
  auto found = layoutsOf({*workload}, hostTarget());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

} // namespace
