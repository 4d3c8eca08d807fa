#include "alt/CheckWorkload.h"
#include "alt/SearchSpace.h"
#include <gmock/gmock.h>

using namespace alt;
using testing::HasSubstr;

namespace {

Workload sum(int64_t extent) {
  Workload workload;
  workload.name = "sum";
  workload.axes = {{"i0", extent, AxisKind::parallel}};
  Operand in{"in0", ElementType::f32, {64}, {IndexExpr{{{0, 1}}, 0}}}, out = in;
  out.name = "out0";
  out.isOutput = true;
  workload.operands = {in, out};
  return workload;
}

TEST(CheckWorkload, takesWhatCanBe) {
  EXPECT_EQ(whatIsWrong(Workload()), "");
  EXPECT_EQ(whatIsWrong(sum(64)), "");
  EXPECT_TRUE(workloadFromJson(toJson(sum(64))));
}

TEST(CheckWorkload, saysWhatCannot) {
  EXPECT_THAT(whatIsWrong(sum(0)), HasSubstr("loop i0 has 0 steps"));
  EXPECT_THAT(whatIsWrong(sum(-5)), HasSubstr("-5 steps"));
  EXPECT_THAT(whatIsWrong(sum((int64_t(1) << 61) - 1)), HasSubstr("more steps than any memory"));
  Workload many = sum(64);
  for (int i = 1; i < 100; ++i)
    many.axes.push_back({"i" + std::to_string(i), 64, AxisKind::parallel});
  EXPECT_THAT(whatIsWrong(many), HasSubstr("it has 100 loops"));
  Workload twice = sum(64);
  twice.axes.push_back(twice.axes[0]);
  EXPECT_THAT(whatIsWrong(twice), HasSubstr("two loops are called i0"));
  Workload missing = sum(64);
  missing.operands[0].index[0].terms[0].axis = 7;
  EXPECT_THAT(whatIsWrong(missing), HasSubstr("a loop that is not there"));
  Workload flat = sum(64);
  flat.operands[0].index.clear();
  EXPECT_THAT(whatIsWrong(flat), HasSubstr("not one index for each dimension"));
  Workload negative = sum(64);
  negative.operands[0].shape = {-64};
  EXPECT_THAT(whatIsWrong(negative), HasSubstr("no tensor has the shape of in0"));
  Workload padded = sum(64);
  padded.operands[0].padLow = {INT64_MAX};
  padded.operands[0].padHigh = {0};
  EXPECT_THAT(whatIsWrong(padded), HasSubstr("padded as nothing can be"));
  EXPECT_FALSE(workloadFromJson(toJson(padded)));
}

// A prime near 1e12: its space is there at once, not after as many divisions.
TEST(CheckWorkload, theLargestExtentsHaveSpaces) {
  Workload workload = sum(999999999989);
  workload.axes.push_back({"i1", 999999999989, AxisKind::reduction});
  EXPECT_EQ(whatIsWrong(workload), "");
  auto space = makeSearchSpace(workload, Target());
  EXPECT_TRUE(space->legal(space->defaultSchedule()));
}

} // namespace
