// Every legal schedule of every kernel family lowers, runs and is right; thousands of them are too
// slow for each build, so a seeded handful runs here and `ALT_SCHEDULES=1000` asks for more.
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

  int count = std::getenv("ALT_SCHEDULES") ? std::atoi(std::getenv("ALT_SCHEDULES")) : 4;
  Rng rng(3);
  for (unsigned threads : {1u, 2u}) {
    std::unique_ptr<SearchSpace> space = makeSearchSpace(*workload, hostTarget(), threads);
    for (int i = 0; i <= count; ++i) {
      Schedule schedule = i ? space->random(rng) : space->defaultSchedule();
      ASSERT_TRUE(space->legal(schedule));
      SCOPED_TRACE(std::to_string(threads) + " threads: " + print(*space, schedule));
      std::vector<float> actual;
      ASSERT_EQ(test::evaluate({*workload, space.get(), &schedule}, inputs, threads, actual), "");
      for (size_t e = 0; e < expected.size(); ++e)
        ASSERT_NEAR(actual[e], expected[e], 1e-4 * (1 + std::fabs(expected[e]))) << "element " << e;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Schedules, testing::ValuesIn(test::kernelFamilies()),
                         [](const auto &info) { return info.param.name; });

} // namespace
