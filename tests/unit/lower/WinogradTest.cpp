// Winograd's algorithm rounds more than a plain sum; how much more is known and within what the
// measurer's check allows.
#include "Kernels.h"
#include "RunSchedule.h"
#include "space/AlgorithmSpace.h"

using namespace alt;

namespace {

/// A schedule of every algorithm the kernel has.
std::vector<Schedule> everyAlgorithm(const AlgorithmSpace &space) {
  std::vector<Schedule> found;
  std::vector<bool> seen(space.algorithms().size());
  Rng rng(5);
  while (found.size() < seen.size()) {
    Schedule schedule = space.random(rng);
    if (!seen[space.chosen(schedule)])
      found.push_back(schedule);
    seen[space.chosen(schedule)] = true;
  }
  return found;
}

/// The measurer's measure of a difference (docs/measuring.md): to be at most its tolerance of 1e-4.
double worstError(const std::vector<float> &actual, const std::vector<double> &expected) {
  double squares = 0, worst = 0;
  for (double e : expected)
    squares += e * e;
  double rms = std::sqrt(squares / static_cast<double>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::fabs(actual[i] - expected[i]) / (std::fabs(expected[i]) + rms));
  return worst;
}

/// out[h, w, f] in double precision, without padding.
std::vector<double> convolve(const test::Buffers &buffers, int64_t size, int64_t c, int64_t f) {
  std::vector<double> out(static_cast<size_t>((size - 2) * (size - 2) * f));
  for (int64_t h = 0; h < size - 2; ++h)
    for (int64_t w = 0; w < size - 2; ++w)
      for (int64_t p = 0; p < 3; ++p)
        for (int64_t q = 0; q < 3; ++q)
          for (int64_t k = 0; k < c; ++k) {
            double x = buffers[0][static_cast<size_t>(((h + p) * size + w + q) * c + k)];
            for (int64_t j = 0; j < f; ++j)
              out[static_cast<size_t>((h * (size - 2) + w) * f + j)] +=
                  x * buffers[1][static_cast<size_t>(((p * 3 + q) * c + k) * f + j)];
          }
  return out;
}

} // namespace

TEST(Winograd, ErrorsStayWithinTheirBound) {
  const int64_t size = 18, c = 512, f = 16;
  std::string text =
      test::windowed("linalg.conv_2d_nhwc_hwcf",
                     "{dilations = dense<1> : tensor<2xi64>, strides = dense<1> : "
                     "tensor<2xi64>}",
                     {1, size, size, c}, "tensor<3x3x512x16xf32>", "tensor<1x16x16x16xf32>", 0);
  Result<Workload> workload = describeKernel(text);
  ASSERT_TRUE(workload) << workload.error().message;
  test::Buffers inputs = test::makeBuffers(*workload);
  std::vector<double> expected = convolve(inputs, size, c, f);
  AlgorithmSpace space(*workload, hostTarget(), 1);
  std::vector<Schedule> schedules = everyAlgorithm(space);
  ASSERT_EQ(schedules.size(), 3u);
  for (const Schedule &schedule : schedules) {
    SCOPED_TRACE(print(space, schedule));
    std::vector<float> actual;
    ASSERT_EQ(test::evaluate({*workload, &space, &schedule}, inputs, 1, actual), "");
    const auto &winograd = space.algorithms()[space.chosen(schedule)].winograd;
    double error = worstError(actual, expected);
    if (!winograd) {
      EXPECT_LE(error, 4e-6);
      continue;
    }
    EXPECT_LE(error, winograd->errorBound());
    EXPECT_GE(error, winograd->errorBound() / 5); // it says something
    EXPECT_LE(winograd->errorBound(), info(ElementType::f32).tolerance);
  }
}

// 36 points of 18 tiles and 257 filters fit the stack once: a rest of one filter is no reason to copy
// what the others have stored.
TEST(Winograd, ARestOfOneFilterTakesNoSecondBufferOfProducts) {
  test::CheckedKernel kernel(test::paddedConvolution(24, 24, 5, 257));
  AlgorithmSpace space(kernel.workload, hostTarget(), 1);
  auto schedule =
      parse(space, "algorithm=f43 f43.vector=f f43.unroll.c=1 f43.pack.in1=1 f43.inner=a,f,t "
                   "f43.reg.t=4 f43.tile.t=18 f43.reg.f=32 f43.tile.f=257");
  ASSERT_TRUE(schedule) << schedule.error().message;
  kernel.expectRight(space, *schedule, 1);
}
