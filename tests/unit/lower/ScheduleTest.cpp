// Every legal schedule of every kernel family lowers, runs and is right; thousands of them are too
// slow for each build, so a seeded handful runs here and `ALT_SCHEDULES=1000` asks for more.
#include "Kernels.h"
#include "LoadedKernel.h"
#include "alt/Lower.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;

namespace {

class Schedules : public testing::TestWithParam<test::KernelText> {};

test::Buffers makeBuffers(const Workload &workload) {
  test::Buffers buffers;
  Rng rng(7);
  for (const Argument &argument : workload.arguments) {
    std::vector<float> values(static_cast<size_t>(argument.elements()));
    for (float &value : values)
      value = argument.isOutput ? NAN : static_cast<float>(static_cast<int>(rng() % 201) - 100) / 100;
    buffers.push_back(std::move(values));
  }
  return buffers;
}

/// Lowers, links and runs; the failure's text, or "" with `out` filled.
std::string evaluate(const LowerRequest &request, const test::Buffers &inputs, int64_t pieces,
                     std::vector<float> &out) {
  std::filesystem::path object =
      std::filesystem::path(testing::TempDir()) / ("schedule" + std::to_string(getpid()) + ".o");
  auto lowered = lowerToObject(request, hostTarget(), object);
  if (auto *failure = std::get_if<LowerFailure>(&lowered))
    return failure->detail;
  void *library = test::loadObject(object);
  if (!library)
    return "does not link";
  test::Buffers buffers = inputs;
  test::runPlan(std::get<KernelPlan>(lowered), library, buffers, pieces);
  dlclose(library);
  out = buffers.back();
  return "";
}

TEST_P(Schedules, LowerRunAndAgreeWithTheReference) {
  Result<Workload> workload = describeKernel(GetParam().text);
  ASSERT_TRUE(workload) << workload.error().message;
  ASSERT_FALSE(workload->axes.empty());
  test::Buffers inputs = makeBuffers(*workload);
  std::vector<float> expected;
  ASSERT_EQ(evaluate({*workload}, inputs, 1, expected), "");

  int count = std::getenv("ALT_SCHEDULES") ? std::atoi(std::getenv("ALT_SCHEDULES")) : 4;
  Rng rng(3);
  for (unsigned threads : {1u, 2u}) {
    std::unique_ptr<SearchSpace> space = makeSearchSpace(*workload, hostTarget(), threads);
    for (int i = 0; i <= count; ++i) {
      Schedule schedule = i ? space->random(rng) : space->defaultSchedule();
      ASSERT_TRUE(space->legal(schedule));
      SCOPED_TRACE(std::to_string(threads) + " threads: " + print(*space, schedule));
      std::vector<float> actual;
      ASSERT_EQ(evaluate({*workload, space.get(), &schedule}, inputs, threads, actual), "");
      for (size_t e = 0; e < expected.size(); ++e)
        ASSERT_NEAR(actual[e], expected[e], 1e-4 * (1 + std::fabs(expected[e]))) << "element " << e;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Schedules, testing::ValuesIn(test::kernelFamilies()),
                         [](const auto &info) { return info.param.name; });

} // namespace
