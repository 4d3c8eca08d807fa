// Pads of any sign, by their definition: what is checked is not what MLIR makes of them.
#include "RunSchedule.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

using Numbers = std::vector<int64_t>;

std::string list(const Numbers &numbers) {
  std::string text;
  for (int64_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

struct Pad {
  Numbers low, high;
};

constexpr int64_t rows = 7, columns = 9;
int64_t rowsOf(const Pad &pad) { return rows + pad.low[0] + pad.high[0]; }
int64_t columnsOf(const Pad &pad) { return columns + pad.low[1] + pad.high[1]; }

std::string tensorOf(int64_t height, int64_t width) {
  return "tensor<" + std::to_string(height) + "x" + std::to_string(width) + "xf32>";
}

/// Pads %a with 2.5, or with `i + 10 j` where the place says.
std::string padded(const Pad &pad, bool byPlace, bool nofold) {
  std::string value = byPlace ? "    %ten = arith.constant 10 : index\n"
                                "    %t = arith.muli %j, %ten : index\n"
                                "    %s = arith.addi %i, %t : index\n"
                                "    %n = arith.index_cast %s : index to i32\n"
                                "    %v = arith.sitofp %n : i32 to f32\n"
                              : "    %v = arith.constant 2.5 : f32\n";
  return std::string("  %p = tensor.pad %a ") + (nofold ? "nofold " : "") + "low[" + list(pad.low) +
         "] high[" + list(pad.high) + "] {\n  ^bb0(%i: index, %j: index):\n" + value +
         "    tensor.yield %v : f32\n  } : " + tensorOf(rows, columns) + " to " +
         tensorOf(rowsOf(pad), columnsOf(pad)) + "\n";
}

/// The value of the padded array, by the definition.
float at(const std::vector<float> &a, const Pad &pad, bool byPlace, int64_t i, int64_t j) {
  int64_t row = i - pad.low[0], column = j - pad.low[1];
  if (row >= 0 && row < rows && column >= 0 && column < columns)
    return a[static_cast<size_t>(row * columns + column)];
  return byPlace ? static_cast<float>(i + 10 * j) : 2.5f;
}

const Pad pads[] = {
    {{-1, 0}, {0, 0}}, {{0, 0}, {0, -2}},  {{-1, -2}, {-3, -1}}, {{-2, 3}, {1, -4}},
    {{2, 1}, {3, 2}},  {{-1, 0}, {1, 0}},  {{-7, 0}, {2, 1}},    {{-9, 0}, {11, 0}},
    {{0, 5}, {0, -9}}, {{6, -8}, {-6, 1}}, {{0, 0}, {0, 0}},
};

TEST(Pads, OfAnySignAreRight) {
  for (const Pad &pad : pads)
    for (bool byPlace : {false, true})
      for (bool nofold : {false, true})
        for (bool reference : {false, true}) {
          std::string type = tensorOf(rowsOf(pad), columnsOf(pad));
          std::string text = "func.func @kernel(%a: " + tensorOf(rows, columns) + ") -> " + type +
                             " {\n" + padded(pad, byPlace, nofold) + "  return %p : " + type +
                             "\n}\n";
          SCOPED_TRACE(text);
          Result<Workload> workload = describeKernel(text);
          ASSERT_TRUE(workload) << workload.error().message;
          test::Buffers buffers = test::makeBuffers(*workload);
          std::vector<float> actual;
          ASSERT_EQ(
              test::evaluate({.workload = *workload, .reference = reference}, buffers, 1, actual),
              "");
          for (int64_t i = 0; i < rowsOf(pad); ++i)
            for (int64_t j = 0; j < columnsOf(pad); ++j)
              ASSERT_EQ(actual[static_cast<size_t>(i * columnsOf(pad) + j)],
                        at(buffers[0], pad, byPlace, i, j))
                  << i << ", " << j;
        }
}

/// The sum of each window of 2x3.
TEST(Pads, BelowZeroBeforeAWindowAreRightInEverySchedule) {
  for (const Pad &pad : {pads[2], pads[3], pads[5]}) {
    int64_t height = rowsOf(pad) - 1, width = columnsOf(pad) - 2;
    std::string type = tensorOf(height, width), whole = tensorOf(rowsOf(pad), columnsOf(pad));
    test::CheckedKernel kernel(
        "func.func @kernel(%a: " + tensorOf(rows, columns) + ", %w: tensor<2x3xf32>) -> " + type +
        " {\n" + padded(pad, false, false) +
        "  %z = arith.constant 0.0 : f32\n  %e = tensor.empty() : " + type +
        "\n  %f = linalg.fill ins(%z : f32) outs(%e : " + type + ") -> " + type +
        "\n  %r = linalg.generic {indexing_maps = [affine_map<(i, j, k, l) -> (i + k, j + l)>, "
        "affine_map<(i, j, k, l) -> (k, l)>, affine_map<(i, j, k, l) -> (i, j)>], iterator_types = "
        "[\"parallel\", \"parallel\", \"reduction\", \"reduction\"]} ins(%p, %w : " +
        whole + ", tensor<2x3xf32>) outs(%f : " + type +
        ") {\n  ^bb0(%x: f32, %y: f32, %s: f32):\n    %m = arith.mulf %x, %y : f32\n    %t = "
        "arith.addf %s, %m : f32\n    linalg.yield %t : f32\n  } -> " +
        type + "\n  return %r : " + type + "\n}\n");
    for (int64_t i = 0; i < height; ++i)
      for (int64_t j = 0; j < width; ++j) {
        float sum = 0;
        for (int64_t k = 0; k < 6; ++k)
          sum += at(kernel.inputs[0], pad, false, i + k / 3, j + k % 3) *
                 kernel.inputs[1][static_cast<size_t>(k)];
        EXPECT_NEAR(kernel.expected[static_cast<size_t>(i * width + j)], sum, 1e-5);
      }
    Rng rng = test::schedulesRng();
    kernel.expectRight(test::schedulesToTry(), rng);
  }
}

// What lies behind the image is not read for the row of padding below it.
TEST(Pads, BeforeAWindowOfOneAreReadThrough) {
  test::CheckedKernel kernel(R"(
func.func @kernel(%a: tensor<1x7x6x2xf32>, %w: tensor<1x1x2x1xf32> {alt.constant}) -> tensor<1x8x10x1xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %a low[0, 0, 2, 0] high[0, 1, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %z : f32
  } : tensor<1x7x6x2xf32> to tensor<1x8x10x2xf32>
  %e = tensor.empty() : tensor<1x8x10x1xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<1x8x10x1xf32>) -> tensor<1x8x10x1xf32>
  %r = linalg.conv_2d_nhwc_hwcf ins(%p, %w : tensor<1x8x10x2xf32>, tensor<1x1x2x1xf32>) outs(%f : tensor<1x8x10x1xf32>) -> tensor<1x8x10x1xf32>
  return %r : tensor<1x8x10x1xf32>
})");
  Rng rng = test::schedulesRng();
  kernel.expectRight(6 * test::schedulesToTry(), rng);
}

} // namespace
