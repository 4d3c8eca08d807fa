// Products of bf16 and i8 summed in f32 and i32: every schedule agrees with plain loops, whichever
// instructions this CPU has for them.
#include "RunSchedule.h"

using namespace alt;

namespace {

/// How the two inputs of a contraction are widened.
struct Narrow {
  std::string name, element, wide, extendA, extendB;
};

std::string body(const Narrow &n) {
  bool isFloat = n.wide == "f32";
  std::string mul = isFloat ? "arith.mulf" : "arith.muli",
              add = isFloat ? "arith.addf" : "arith.addi";
  return "{\n  ^bb0(%x: " + n.element + ", %y: " + n.element + ", %s: " + n.wide +
         "):\n    %xw = arith." + n.extendA + " %x : " + n.element + " to " + n.wide +
         "\n    %yw = arith." + n.extendB + " %y : " + n.element + " to " + n.wide +
         "\n    %p = " + mul + " %xw, %yw : " + n.wide + "\n    %t = " + add +
         " %s, %p : " + n.wide + "\n    linalg.yield %t : " + n.wide + "\n  } -> ";
}

std::string kernel(const Narrow &n, const std::string &a, const std::string &b,
                   const std::string &c, const std::string &maps, const std::string &iterators) {
  std::string ta = "tensor<" + a + "x" + n.element + ">",
              tb = "tensor<" + b + "x" + n.element + ">", tc = "tensor<" + c + "x" + n.wide + ">";
  std::string zero = n.wide == "f32" ? "0.0" : "0";
  return "func.func @kernel(%a: " + ta + ", %b: " + tb + " {alt.constant}) -> " + tc +
         " {\n  %z = arith.constant " + zero + " : " + n.wide + "\n  %e = tensor.empty() : " + tc +
         "\n  %f = linalg.fill ins(%z : " + n.wide + ") outs(%e : " + tc + ") -> " + tc +
         "\n  %r = linalg.generic {indexing_maps = [" + maps + "], iterator_types = [" + iterators +
         "]} ins(%a, %b : " + ta + ", " + tb + ") outs(%f : " + tc + ") " + body(n) + tc +
         "\n  return %r : " + tc + "\n}\n";
}

std::string matmul(const Narrow &n) { // 19 columns: a whole vector and a masked one
  return kernel(n, "13x22", "22x19", "13x19",
                "affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, "
                "affine_map<(i, j, k) -> (i, j)>",
                "\"parallel\", \"parallel\", \"reduction\"");
}

std::string batchMatmul(const Narrow &n) {
  return kernel(n, "2x5x8", "2x8x16", "2x5x16",
                "affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, k, j)>, "
                "affine_map<(b, i, j, k) -> (b, i, j)>",
                "\"parallel\", \"parallel\", \"parallel\", \"reduction\"");
}

std::string convolution(const Narrow &n) {
  return kernel(n, "1x9x9x12", "3x3x12x32", "1x7x7x32",
                "affine_map<(n, h, w, f, y, x, c) -> (n, h + y, w + x, c)>, "
                "affine_map<(n, h, w, f, y, x, c) -> (y, x, c, f)>, "
                "affine_map<(n, h, w, f, y, x, c) -> (n, h, w, f)>",
                "\"parallel\", \"parallel\", \"parallel\", \"parallel\", \"reduction\", "
                "\"reduction\", \"reduction\"");
}

class NarrowProducts : public testing::TestWithParam<Narrow> {};

TEST_P(NarrowProducts, AgreeWithPlainLoops) {
  for (const std::string &text :
       {matmul(GetParam()), batchMatmul(GetParam()), convolution(GetParam())}) {
    test::CheckedKernel kernel(text);
    EXPECT_GT(kernel.workload.flops, 0u);
    Rng rng = test::schedulesRng();
    kernel.expectRight(test::schedulesToTry(), rng);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, NarrowProducts,
                         testing::Values(Narrow{"bf16", "bf16", "f32", "extf", "extf"},
                                         Narrow{"i8", "i8", "i32", "extsi", "extsi"},
                                         Narrow{"u8_i8", "i8", "i32", "extui", "extsi"},
                                         Narrow{"i8_u8", "i8", "i32", "extsi", "extui"}),
                         [](const auto &info) { return info.param.name; });

} // namespace
