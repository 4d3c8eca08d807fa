// Every legal schedule of every kernel family lowers, runs and is right, on one thread and on two.
#include "Kernels.h"
#include "RunSchedule.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;

namespace {

class Schedules : public testing::TestWithParam<test::KernelText> {};

TEST_P(Schedules, LowerRunAndAgreeWithTheReference) {
  Result<Workload> workload = describeKernel(GetParam().text);
  ASSERT_TRUE(workload) << workload.error().message;
  ASSERT_FALSE(workload->axes.empty());
  test::Buffers inputs = test::makeBuffers(*workload);
  std::vector<float> expected;
  ASSERT_EQ(test::evaluate({*workload}, inputs, 1, expected), "");

  int count = test::schedulesToTry();
  Rng rng = test::schedulesRng();
  for (unsigned threads : {1u, 2u}) {
    std::unique_ptr<SearchSpace> space = makeSearchSpace(*workload, hostTarget(), threads);
    for (int i = 0; i <= count; ++i) {
      Schedule schedule = i ? space->random(rng) : space->defaultSchedule();
      ASSERT_TRUE(space->legal(schedule));
      SCOPED_TRACE(std::to_string(threads) + " threads: " + print(*space, schedule));
      std::vector<float> actual;
      LowerRequest request{*workload, space.get(), &schedule};
      KernelPlan plan;
      ASSERT_EQ(test::evaluate(request, inputs, threads, actual, &plan), "");
      test::expectLayoutsOf(plan, request);
      for (size_t e = 0; e < expected.size(); ++e)
        ASSERT_NEAR(actual[e], expected[e], 1e-4 * (1 + std::fabs(expected[e]))) << "element " << e;
    }
  }
}

TEST(DescribeKernel, SaysWhichAxesTheFusedOpsRunAlong) {
  auto fused = [](const std::string &text) { return describeKernel(text)->fusedResults; };
  using Results = std::vector<FusedResult>;
  EXPECT_EQ(fused(test::matmul(24, 32, 64, true)), (Results{{{0, 1}}}));
  EXPECT_EQ(fused(test::matmul(1, 67, 128)), (Results{{{1}}}));
  EXPECT_EQ(fused(test::convolutionWithEpilogue(1, 8, 9, 6, 18, /*transposed=*/true)),
            (Results{{{3, 1, 2}}, {{1, 2, 3}}}));
}

INSTANTIATE_TEST_SUITE_P(Families, Schedules, testing::ValuesIn(test::kernelFamilies()),
                         [](const auto &info) { return info.param.name; });

} // namespace
