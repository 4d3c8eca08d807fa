// Products of bf16 and i8 summed in f32 and i32: every schedule agrees with plain loops, whichever
// instructions this CPU has for them.
#include "NarrowKernels.h"
#include "RunSchedule.h"

using namespace alt;

namespace {

class NarrowProducts : public testing::TestWithParam<test::Narrow> {};

TEST_P(NarrowProducts, AgreeWithPlainLoops) {
  const test::Narrow &n = GetParam();
  for (const std::string &text :
       {test::matmul(n, 13, 19, 22), // 19 columns: a whole vector and a masked one
        test::batchMatmul(n, 2, 5, 16, 8), test::convolution(n, {7, 7, 12, 32, 3, 1})}) {
    test::CheckedKernel kernel(text);
    EXPECT_GT(kernel.workload.flops, 0u);
    Rng rng = test::schedulesRng();
    kernel.expectRight(test::schedulesToTry(), rng);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, NarrowProducts, test::narrowKinds(), test::nameOf);

} // namespace
