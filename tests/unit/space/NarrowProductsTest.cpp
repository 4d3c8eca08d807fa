#include "alt/NarrowProducts.h"
#include "Workloads.h"
#include "space/LoopSpace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace alt;

namespace {

Workload narrow(Workload workload, ElementType factor, ElementType sum) {
  workload.operands[0].type = workload.operands[1].type = factor;
  workload.operands[2].type = sum;
  return workload;
}

Target with(const char *features) {
  Target target = test::avx512();
  target.features = features;
  return target;
}

} // namespace

TEST(NarrowProducts, AreRefusedWhereTheCpuLacksInstructionsForThem) {
  Workload bf16 = narrow(test::matmulWorkload(8, 16, 8), ElementType::bf16, ElementType::f32),
           bytes = narrow(test::convolutionWorkload(8, 8, 4, 16, 3, 1), ElementType::i8,
                          ElementType::i32);
  Target none = with("+avx2,+fma,-avx512bf16,-avx512vnni"),
         both = with("+avx512bf16,+avx512vl,+avx512vnni"),
         vnni = with("-avx512bf16,+avx512vl,+avx512vnni");
  auto refused = checkNarrowProducts(bf16, none);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "matmul: products of bf16 need AVX512-BF16, which this CPU (x86-64-v4) lacks; convert the "
      "kernel to f32, or let each element be widened by --widen.");
  refused = checkNarrowProducts(bytes, none);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("products of i8 need AVX512-VNNI"));
  EXPECT_TRUE(checkNarrowProducts(bf16, both));
  EXPECT_TRUE(checkNarrowProducts(bytes, both));
  EXPECT_FALSE(checkNarrowProducts(bf16, vnni));
  EXPECT_TRUE(checkNarrowProducts(bytes, vnni));
}

TEST(NarrowProducts, AllElseIsTaken) {
  Target none = with("+avx2");
  EXPECT_TRUE(checkNarrowProducts(test::matmulWorkload(8, 16, 8), none));
  EXPECT_TRUE(checkNarrowProducts( // there is no such instruction for it anywhere
      narrow(test::depthwiseWorkload(8, 8, 16, 3), ElementType::i8, ElementType::i32), none));
}

TEST(NarrowProducts, TheDefaultTakesAsManyStepsAsAnInstruction) {
  for (auto [factor, sum, steps] : {std::tuple(ElementType::bf16, ElementType::f32, 2),
                                    std::tuple(ElementType::i8, ElementType::i32, 4)}) {
    LoopSpace space(narrow(test::matmulWorkload(197, 129, 333), factor, sum), test::avx512(), 1);
    EXPECT_EQ(space.decode(space.defaultSchedule()).axes[2].reg % steps, 0);
  }
}
