// A user's script as a search space, and every point of one on a kernel.
#include "Kernels.h"
#include "RunSchedule.h"
#include <gmock/gmock.h>
#include <set>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string script(const std::string &body) {
  return "module attributes {transform.with_named_sequence} {\n"
         "  transform.named_sequence @__transform_main(%m: !transform.any_op) {\n" +
         body + "    transform.yield\n  }\n}\n";
}

Result<Workload> kernelWith(const std::string &text) {
  Result<Workload> workload = describeKernel(test::matmul(24, 32, 16));
  if (!workload)
    return workload;
  if (Result<void> used = useScript(*workload, text, "script.mlir"); !used)
    return used.error();
  return workload;
}

std::set<std::string> pointsOf(const std::string &body) {
  Result<Workload> workload = kernelWith(script(body));
  EXPECT_TRUE(workload) << workload.error().message;
  std::set<std::string> points;
  if (workload)
    if (auto space = spaceOf(*workload, hostTarget()))
      for (const Schedule &point : space->points())
        points.insert(print(*space, point));
  return points;
}

std::string knob(const std::string &name, const std::string &options) {
  return "%" + name + " = transform.tune.knob<\"" + name + "\"> options = " + options +
         " -> !transform.any_param\n";
}

TEST(OwnScript, OptionsAreListsOrRangesOfAnyKind) {
  EXPECT_THAT(pointsOf(knob("n", "[4, 2]")), ElementsAre("n=2", "n=4"));
  EXPECT_THAT(pointsOf(knob("b", "[true, false]")), ElementsAre("b=0", "b=1"));
  EXPECT_THAT(pointsOf(knob("f", "[0.5 : f32, 0.25 : f32]")), ElementsAre("f=0.25", "f=0.5"));
  EXPECT_THAT(pointsOf(knob("s", "[\"wide\", unit]")), ElementsAre("s=unit", "s=wide"));
  EXPECT_THAT(pointsOf(knob("o", "[array<i64: 1, 0>, array<i64: 0, 1>]")),
              ElementsAre("o=0,1", "o=1,0"));
  EXPECT_THAT(pointsOf(knob("r", "{lower_bound = 3, upper_bound = 24, divides = 24}")),
              ElementsAre("r=12", "r=24", "r=3", "r=4", "r=6", "r=8"));
  EXPECT_THAT(pointsOf(knob("r", "{lower_bound = 1, upper_bound = 9, divisible_by = 4}")),
              ElementsAre("r=4", "r=8"));
}

TEST(OwnScript, WhatIsSelectedIsNoChoice) {
  EXPECT_THAT(
      pointsOf(
          knob("n", "[4, 2]") +
          "%x = transform.tune.knob<\"x\"> = 3 from options = [3, 5] -> !transform.any_param\n"),
      ElementsAre("n=2", "n=4"));
}

TEST(OwnScript, KnobsOfAnAlternativeThatIsNotTakenRest) {
  EXPECT_THAT(pointsOf("transform.tune.alternatives<\"way\"> {\n" + knob("a", "[1, 2, 3]") +
                       "}, {\n" + knob("b", "[7, 8]") + "}\n"),
              ElementsAre("way=0 a=1 b=7", "way=0 a=2 b=7", "way=0 a=3 b=7", "way=1 a=1 b=7",
                          "way=1 a=1 b=8"));
}

TEST(OwnScript, AConstraintCountsWhereItsAlternativeIsTaken) {
  std::string below = "transform.smt.constrain_params(%a) : (!transform.any_param) -> () {\n"
                      "^bb0(%x: !smt.int):\n  %two = smt.int.constant 2\n"
                      "  %c = smt.int.cmp lt %x, %two\n  smt.assert %c\n}\n";
  EXPECT_THAT(pointsOf(knob("a", "[1, 2, 3]") + "transform.tune.alternatives<\"way\"> {\n" + below +
                       "}, {\n}\n"),
              ElementsAre("a=1 way=0", "a=1 way=1", "a=2 way=1", "a=3 way=1"));
}

/// Tiles of a matmul: rows chosen, columns computed by a constraint, the order an alternative.
std::string tilings() {
  auto tile = [](const std::string &interchange) {
    return "%t, %l:3 = transform.structured.tile_using_for %mm tile_sizes [%rows, %columns, 8]" +
           interchange +
           " : (!transform.any_op, !transform.any_param, !transform.any_param) -> "
           "(!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)\n"
           "transform.yield %t : !transform.any_op\n";
  };
  return script(
      knob("rows", "[4, 3, 8, 24]") +
      "%columns = transform.smt.constrain_params(%rows) : (!transform.any_param) -> "
      "(!transform.any_param) {\n^bb0(%r: !smt.int):\n  %area = smt.int.constant 64\n"
      "  %c = smt.int.div %area, %r\n  %rest = smt.int.mod %area, %r\n  %zero = smt.int.constant "
      "0\n"
      "  %even = smt.eq %rest, %zero : !smt.int\n  %cut = smt.int.cmp gt %r, %area\n"
      "  %fits = smt.or %even, %cut\n  smt.assert %fits\n  smt.yield %c : !smt.int\n}\n"
      "%mm = transform.structured.match ops{[\"linalg.matmul\"]} in %m : (!transform.any_op) -> "
      "!transform.any_op\n"
      "%tiled = transform.tune.alternatives<\"order\"> -> !transform.any_op {\n" +
      tile("") + "}, {\n" + tile(" interchange = [1, 0, 2]") +
      "}\ntransform.structured.vectorize %tiled : !transform.any_op\n");
}

TEST(OwnScript, EveryPointIsRight) {
  Result<Workload> plain = describeKernel(test::matmul(24, 32, 16)),
                   workload = kernelWith(tilings());
  ASSERT_TRUE(workload) << workload.error().message;
  EXPECT_NE(plain->id, workload->id);
  auto space = spaceOf(*workload, hostTarget());
  EXPECT_EQ(print(*space, space->defaultSchedule()), "rows=4 order=0");
  ASSERT_EQ(space->points().size(), 4u); // rows of 4 and 8; 3 and 24 do not divide 64
  test::Buffers inputs = test::makeBuffers(*workload);
  std::vector<float> expected, actual;
  ASSERT_EQ(test::evaluate({*workload}, inputs, 1, expected), "");
  for (const Schedule &point : space->points()) {
    SCOPED_TRACE(print(*space, point));
    ASSERT_EQ(test::evaluate({*workload, space.get(), &point}, inputs, 1, actual), "");
    for (size_t e = 0; e < expected.size(); ++e)
      ASSERT_NEAR(actual[e], expected[e], 1e-4 * (1 + std::fabs(expected[e]))) << "element " << e;
  }
}

TEST(OwnScript, APointThatAnOpRefusesSaysWhere) {
  Result<Workload> workload = kernelWith(
      script(knob("rows", "[4, 8]") + knob("eight", "[8]") +
             "transform.match.param.cmpi eq %rows, %eight : !transform.any_param\n"));
  ASSERT_TRUE(workload) << workload.error().message;
  auto space = spaceOf(*workload, hostTarget());
  Schedule schedule = space->defaultSchedule();
  auto lowered = lowerToObject({*workload, space.get(), &schedule}, hostTarget(), "/dev/null");
  auto *failure = std::get_if<LowerFailure>(&lowered);
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->refused);
  EXPECT_THAT(failure->detail, HasSubstr("schedule.mlir:5:"));
}

TEST(OwnScript, TheSameScriptInAnotherLayoutIsTheSame) {
  std::string body = knob("n", "[4, 2]");
  Result<Workload> one = kernelWith(script(body)),
                   two = kernelWith("// a comment\n" + script("\n  " + body)),
                   other = kernelWith(script(knob("n", "[2, 4]")));
  EXPECT_EQ(one->id, two->id);
  EXPECT_NE(one->id, other->id);
}

} // namespace
