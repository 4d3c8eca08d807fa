// Every legal schedule of every kernel family lowers, runs and is right, on one thread and on two.
#include "DrawnKernels.h"
#include "Kernels.h"
#include "RunSchedule.h"
#include "space/AlgorithmSpace.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

class Schedules : public testing::TestWithParam<test::KernelText> {};

TEST_P(Schedules, LowerRunAndAgreeWithTheReference) {
  Rng rng = test::schedulesRng();
  test::CheckedKernel(GetParam().text).expectRight(test::schedulesToTry(), rng);
}

class DrawnKernels : public testing::TestWithParam<test::DrawnFamily> {};

/// Of each a few schedules, of which others are drawn for the next.
TEST_P(DrawnKernels, LowerRunAndAgreeWithTheReference) {
  Rng rng = test::schedulesRng();
  int each = std::min(test::schedulesToTry(), 10);
  for (int tried = 0; tried < test::schedulesToTry() && !HasFailure(); tried += each) {
    test::Choices choices(rng);
    std::string text = (test::DrawnKernel(choices).*GetParam().draw)();
    SCOPED_TRACE(text);
    test::CheckedKernel(text).expectRight(each, rng);
  }
}

/// Of each kind of point of the algorithm that `wanted` tells, two are right.
void expectSomeRight(const std::string &text, const std::string &algorithm,
                     std::initializer_list<bool (*)(const LoopNest &)> wanted) {
  test::CheckedKernel kernel(text);
  AlgorithmSpace space(kernel.workload, hostTarget(), 2);
  Rng rng = test::schedulesRng();
  for (auto isWanted : wanted) {
    int found = 0;
    for (int i = 0; i < 20000 && found < 2 && !testing::Test::HasFatalFailure(); ++i) {
      Schedule schedule = space.random(rng);
      if (space.algorithms()[space.chosen(schedule)].name == algorithm &&
          isWanted(space.decode(schedule))) {
        kernel.expectRight(space, schedule, 2);
        ++found;
      }
    }
    EXPECT_EQ(found, 2);
  }
}

int unevenAxes(const LoopNest &nest) {
  return static_cast<int>(
      std::count_if(nest.axes.begin(), nest.axes.end(), [](const LoopNest::Level &axis) {
        return axis.kind == AxisKind::parallel && axis.extent % axis.par;
      }));
}

TEST(UnitsOfUnequalSize, OfAContractionAreRight) {
  expectSomeRight(test::matmul(23, 45, 64, true), "direct",
                  {[](const LoopNest &nest) { return unevenAxes(nest) == 2; },
                   [](const LoopNest &nest) { return unevenAxes(nest) == 2 && nest.packed[1]; },
                   [](const LoopNest &nest) { return unevenAxes(nest) > 0 && nest.blocked(); }});
}

bool hasEdgesInUnits(const LoopNest &nest, int64_t units) {
  return std::any_of(nest.edges.begin(), nest.edges.end(),
                     [&](unsigned a) { return unitsAlong(nest.axes[a]) >= units; });
}

// The units at the ends of an axis have register tiles that meet the padding; those between do not.
TEST(UnitsOfUnequalSize, OfAPaddedConvolutionAreRight) {
  expectSomeRight(
      test::paddedConvolution(11, 13, 5, 18), "direct",
      {[](const LoopNest &nest) { return hasEdgesInUnits(nest, 2) && unevenAxes(nest) > 0; },
       [](const LoopNest &nest) { return hasEdgesInUnits(nest, 3); },
       [](const LoopNest &nest) { return nest.skipPad && unevenAxes(nest) == 2; }});
}

bool isUneven(const LoopNest::Level &axis) { return axis.extent % axis.par != 0; }

// Rows of tiles and filters: of the 40 the last thread has 8, of the 48 it has 16, in one block.
TEST(UnitsOfUnequalSize, OfWinogradsAlgorithmAreRight) {
  auto rows = [](const LoopNest &nest) { return isUneven(nest.axes[Winograd::t]); };
  auto filters = [](const LoopNest &nest) { return isUneven(nest.axes[Winograd::f]); };
  auto both = [](const LoopNest &nest) {
    return isUneven(nest.axes[Winograd::t]) && isUneven(nest.axes[Winograd::f]) && nest.packed[1];
  };
  auto blocks = [](const LoopNest &nest) {
    const LoopNest::Level &f = nest.axes[Winograd::f];
    return isUneven(f) && f.tile < f.par;
  };
  expectSomeRight(test::convolutionWithEpilogue(1, 22, 22, 5, 40, /*transposed=*/false), "f43",
                  {rows, filters, both});
  expectSomeRight(test::paddedConvolution(20, 20, 5, 48), "f43", {blocks});
}

TEST(UnitsOfUnequalSize, OfPatchesAreRight) {
  expectSomeRight(test::paddedConvolution(11, 13, 5, 18), "im2col",
                  {[](const LoopNest &nest) { return unevenAxes(nest) > 0; },
                   [](const LoopNest &nest) { return unevenAxes(nest) == 2 && nest.packed[1]; }});
}

bool skipsInLanes(const LoopNest &nest) {
  return nest.skipPad && nest.axes[nest.vectorAxis].kind == AxisKind::reduction;
}

// Taps that are known where the code is written, and bounds of the window's loops.
TEST(SkippedPadding, IsRightWhereSumsStayInTheLanes) {
  expectSomeRight(
      test::paddedConvolution(9, 11, 67, 5), "direct",
      {[](const LoopNest &nest) { return skipsInLanes(nest) && nest.edges.empty(); },
       [](const LoopNest &nest) { return skipsInLanes(nest) && !nest.edges.empty(); },
       [](const LoopNest &nest) { return skipsInLanes(nest) && unevenAxes(nest) > 0; }});
}

/// A kernel over in: tensor<5x19xFROM> and out: tensor<5xTO>, with that body.
std::string rowsOf(const std::string &from, const std::string &to, const std::string &zero,
                   const std::string &body) {
  return "func.func @kernel(%a: tensor<5x19x" + from + ">) -> tensor<5x" + to +
         "> {\n  %z = arith.constant " + zero + " : " + to + "\n  %e = tensor.empty() : tensor<5x" +
         to + ">\n  %f = linalg.fill ins(%z : " + to + ") outs(%e : tensor<5x" + to +
         ">) -> tensor<5x" + to +
         ">\n  %r = linalg.generic {indexing_maps = [affine_map<(i, k) -> (i, k)>, affine_map<(i, "
         "k) -> "
         "(i)>], iterator_types = [\"parallel\", \"reduction\"]} ins(%a : tensor<5x19x" +
         from + ">) outs(%f : tensor<5x" + to + ">) {\n  ^bb0(%x: " + from + ", %s: " + to +
         "):\n" + body + "  } -> tensor<5x" + to + ">\n  return %r : tensor<5x" + to + ">\n}\n";
}

// Found by make differential; each crashed or did not compile.
TEST(Bodies, ThatIgnoreTheAccumulatorAreRight) {
  Rng rng = test::schedulesRng();
  test::CheckedKernel(
      rowsOf("i32", "i32", "0", "    %t = arith.andi %z, %s : i32\n    linalg.yield %x : i32\n"))
      .expectRight(test::schedulesToTry(), rng);
}

TEST(Bodies, WithFunctionsThatOnlyLibmHasAreRight) {
  Rng rng = test::schedulesRng();
  test::CheckedKernel(rowsOf("f64", "f64", "0.0",
                             "    %y = math.erf %x : f64\n    %t = arith.addf %s, %y : f64\n    "
                             "linalg.yield %t : f64\n"))
      .expectRight(test::schedulesToTry(), rng);
}

TEST(Bodies, ThatNarrowDoublesToBfloatsAreRight) {
  Rng rng = test::schedulesRng();
  test::CheckedKernel(rowsOf("f64", "f32", "0.0",
                             "    %y = arith.truncf %x : f64 to bf16\n"
                             "    %w = arith.extf %y : bf16 to f32\n"
                             "    %t = arith.maximumf %s, %w : f32\n"
                             "    linalg.yield %t : f32\n"))
      .expectRight(test::schedulesToTry(), rng);
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
INSTANTIATE_TEST_SUITE_P(Families, DrawnKernels, testing::ValuesIn(test::drawnFamilies),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
