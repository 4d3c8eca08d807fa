// Kernels that sum products of narrow elements, as text.
#pragma once
#include <gtest/gtest.h>
#include <string>

namespace alt::test {

/// How the two inputs of a contraction are widened.
struct Narrow {
  std::string name, element, wide, extendA, extendB;
};

inline std::string body(const Narrow &n) {
  bool isFloat = n.wide == "f32";
  std::string mul = isFloat ? "arith.mulf" : "arith.muli",
              add = isFloat ? "arith.addf" : "arith.addi";
  return "{\n  ^bb0(%x: " + n.element + ", %y: " + n.element + ", %s: " + n.wide +
         "):\n    %xw = arith." + n.extendA + " %x : " + n.element + " to " + n.wide +
         "\n    %yw = arith." + n.extendB + " %y : " + n.element + " to " + n.wide +
         "\n    %p = " + mul + " %xw, %yw : " + n.wide + "\n    %t = " + add +
         " %s, %p : " + n.wide + "\n    linalg.yield %t : " + n.wide + "\n  } -> ";
}

inline std::string kernel(const Narrow &n, const std::string &a, const std::string &b,
                          const std::string &c, const std::string &maps,
                          const std::string &iterators) {
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

inline constexpr const char *matmulMaps = "affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) "
                                          "-> (k, j)>, affine_map<(i, j, k) -> (i, j)>";
inline constexpr const char *matmulIterators = "\"parallel\", \"parallel\", \"reduction\"";
inline constexpr const char *convolutionIterators =
    "\"parallel\", \"parallel\", \"parallel\", \"parallel\", \"reduction\", \"reduction\", "
    "\"reduction\"";

inline std::string by(std::initializer_list<int64_t> extents) {
  std::string text;
  for (int64_t extent : extents)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

inline std::string matmul(const Narrow &n, int64_t i, int64_t j, int64_t k) {
  return kernel(n, by({i, k}), by({k, j}), by({i, j}), matmulMaps, matmulIterators);
}

inline std::string batchMatmul(const Narrow &n, int64_t batch, int64_t i, int64_t j, int64_t k) {
  return kernel(n, by({batch, i, k}), by({batch, k, j}), by({batch, i, j}),
                "affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, k, j)>, "
                "affine_map<(b, i, j, k) -> (b, i, j)>",
                "\"parallel\", \"parallel\", \"parallel\", \"reduction\"");
}

struct NarrowConvolution {
  int64_t h, w, c, f, window, stride;
};
/// NHWC by HWCF, without padding; h and w are the result's.
inline std::string convolution(const Narrow &n, const NarrowConvolution &of) {
  auto read = [&](int64_t outputs) { return (outputs - 1) * of.stride + of.window; };
  std::string s = std::to_string(of.stride);
  return kernel(n, by({1, read(of.h), read(of.w), of.c}), by({of.window, of.window, of.c, of.f}),
                by({1, of.h, of.w, of.f}),
                "affine_map<(n, h, w, f, y, x, c) -> (n, h * " + s + " + y, w * " + s +
                    " + x, c)>, affine_map<(n, h, w, f, y, x, c) -> (y, x, c, f)>, "
                    "affine_map<(n, h, w, f, y, x, c) -> (n, h, w, f)>",
                convolutionIterators);
}

/// Every kind that there are instructions for.
inline auto narrowKinds() {
  return testing::Values(
      Narrow{"bf16", "bf16", "f32", "extf", "extf"}, Narrow{"i8", "i8", "i32", "extsi", "extsi"},
      Narrow{"u8_i8", "i8", "i32", "extui", "extsi"},
      Narrow{"i8_u8", "i8", "i32", "extsi", "extui"}, Narrow{"u8", "i8", "i32", "extui", "extui"});
}
inline std::string nameOf(const testing::TestParamInfo<Narrow> &info) { return info.param.name; }

} // namespace alt::test
