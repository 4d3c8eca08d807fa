// Kernels as text, one a family, for the tests of space and lowering. Small: every one is compiled
// many times.
#pragma once
#include <string>
#include <vector>

namespace alt::test {

struct KernelText {
  std::string name, text;
};

inline std::string shaped(std::initializer_list<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + "f32>";
}

inline std::string matmul(int64_t m, int64_t n, int64_t k, bool epilogue = false) {
  std::string a = shaped({m, k}), b = shaped({k, n}), c = shaped({m, n}), bias = shaped({n});
  std::string text = "func.func @kernel(%a: " + a + ", %b: " + b + " {alt.constant}" +
                     (epilogue ? ", %bias: " + bias : "") + ") -> " + c +
                     " {\n  %z = arith.constant 0.0 : f32\n  %e = tensor.empty() : " + c +
                     "\n  %f = linalg.fill ins(%z : f32) outs(%e : " + c + ") -> " + c +
                     "\n  %r = linalg.matmul ins(%a, %b : " + a + ", " + b + ") outs(%f : " + c +
                     ") -> " + c + "\n";
  if (!epilogue)
    return text + "  return %r : " + c + "\n}\n";
  return text +
         "  %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> "
         "(j)>, affine_map<(i, j) -> (i, j)>], iterator_types = [\"parallel\", \"parallel\"]} ins(%r, "
         "%bias : " + c + ", " + bias + ") outs(%e : " + c +
         ") {\n  ^bb0(%x: f32, %y: f32, %o: f32):\n    %s = arith.addf %x, %y : f32\n    %m = "
         "arith.maximumf %s, %z : f32\n    linalg.yield %m : f32\n  } -> " + c +
         "\n  return %q : " + c + "\n}\n";
}

/// A named op with two inputs, over a zero fill; the first input padded by `pad` on its dims 1, 2.
inline std::string windowed(const std::string &op, const std::string &attributes,
                            std::vector<int64_t> input, const std::string &filter,
                            const std::string &output, int64_t pad, const std::string &init = "0.0",
                            bool channelsFirst = false) {
  auto type = [](const std::vector<int64_t> &shape) {
    std::string text = "tensor<";
    for (int64_t extent : shape)
      text += std::to_string(extent) + "x";
    return text + "f32>";
  };
  std::string plain = type(input);
  size_t first = channelsFirst ? 2 : 1;
  std::string low = "[0";
  std::vector<int64_t> grown = input;
  for (size_t d = 1; d < input.size(); ++d) {
    bool spatial = d >= first && d < first + 2;
    low += ", " + std::to_string(spatial ? pad : 0);
    if (spatial)
      grown[d] += 2 * pad;
  }
  low += "]";
  std::string padded = type(grown), text = "func.func @kernel(%a: " + plain + ", %b: " + filter +
                                           " {alt.constant}) -> " + output +
                                           " {\n  %z = arith.constant " + init + " : f32\n";
  std::string from = "%a";
  if (pad) {
    text += "  %p = tensor.pad %a low" + low + " high" + low + " {\n  ^bb0(";
    for (size_t d = 0; d < input.size(); ++d)
      text += (d ? ", %i" : "%i") + std::to_string(d) + ": index";
    text += "):\n    tensor.yield %z : f32\n  } : " + plain + " to " + padded + "\n";
    from = "%p";
  }
  return text + "  %e = tensor.empty() : " + output + "\n  %f = linalg.fill ins(%z : f32) outs(%e : " +
         output + ") -> " + output + "\n  %r = " + op + " " + attributes + " ins(" + from + ", %b : " +
         padded + ", " + filter + ") outs(%f : " + output + ") -> " + output +
         "\n  return %r : " + output + "\n}\n";
}

inline std::string generic(const std::string &arguments, const std::string &output,
                           const std::string &maps, const std::string &iterators,
                           const std::string &inputs, const std::string &body,
                           const std::string &init) {
  std::string start = init.empty() ? "%e" : "%f";
  return "func.func @kernel(" + arguments + ") -> " + output +
         " {\n  %e = tensor.empty() : " + output + "\n" +
         (init.empty() ? ""
                       : "  %z = arith.constant " + init + " : f32\n  %f = linalg.fill ins(%z : f32) outs(%e : " +
                             output + ") -> " + output + "\n") +
         "  %r = linalg.generic {indexing_maps = [" + maps + "], iterator_types = [" + iterators +
         "]} ins(" + inputs + ") outs(" + start + " : " + output + ") {\n" + body + "  } -> " + output +
         "\n  return %r : " + output + "\n}\n";
}

/// A 3x3 convolution of stride 1, then an op that adds a bias and clamps, then one that multiplies with
/// the convolution's result; or, transposed, channels first.
inline std::string convolutionWithEpilogue(int64_t n, int64_t h, int64_t w, int64_t c, int64_t f,
                                           bool transposed) {
  std::string in = shaped({n, h, w, c}), filter = shaped({3, 3, c, f}), out = shaped({n, h - 2, w - 2, f});
  std::string end = transposed ? shaped({n, f, h - 2, w - 2}) : out, bias = shaped({f});
  std::string same = "affine_map<(a, b, c, d) -> (a, b, c, d)>", along = "affine_map<(a, b, c, d) -> (d)>";
  std::string last = transposed ? "affine_map<(a, b, c, d) -> (a, d, b, c)>" : same;
  std::string kinds = "iterator_types = [\"parallel\", \"parallel\", \"parallel\", \"parallel\"]}";
  return "func.func @kernel(%a: " + in + ", %b: " + filter + " {alt.constant}, %bias: " + bias + ") -> " +
         end + " {\n  %z = arith.constant 0.0 : f32\n  %six = arith.constant 6.0 : f32\n"
         "  %e = tensor.empty() : " + out + "\n  %l = tensor.empty() : " + end +
         "\n  %f = linalg.fill ins(%z : f32) outs(%e : " + out + ") -> " + out +
         "\n  %r = linalg.conv_2d_nhwc_hwcf ins(%a, %b : " + in + ", " + filter + ") outs(%f : " + out +
         ") -> " + out + "\n  %q = linalg.generic {indexing_maps = [" + same + ", " + along + ", " + same +
         "], " + kinds + " ins(%r, %bias : " + out + ", " + bias + ") outs(%e : " + out +
         ") {\n  ^bb0(%x: f32, %y: f32, %o: f32):\n    %t = arith.addf %x, %y : f32\n    %u = "
         "arith.maximumf %t, %z : f32\n    %v = arith.minimumf %u, %six : f32\n    linalg.yield %v : f32\n"
         "  } -> " + out + "\n  %p = linalg.generic {indexing_maps = [" + same + ", " + same + ", " + last +
         "], " + kinds + " ins(%q, %r : " + out + ", " + out + ") outs(%l : " + end +
         ") {\n  ^bb0(%x: f32, %y: f32, %o: f32):\n    %t = arith.mulf %x, %y : f32\n    linalg.yield %t : "
         "f32\n  } -> " + end + "\n  return %p : " + end + "\n}\n";
}

/// Every family that the space must serve, with shapes that divide and shapes that do not.
/// 3x3, as large as its input.
inline std::string paddedConvolution(int64_t h, int64_t w, int64_t c, int64_t f) {
  return windowed("linalg.conv_2d_nhwc_hwcf",
                  "{dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}",
                  {1, h, w, c}, shaped({3, 3, c, f}), shaped({1, h, w, f}), 1);
}

inline std::vector<KernelText> kernelFamilies() {
  const std::string s1 = "{dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}";
  const std::string s2 = "{dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}";
  const std::string d2 = "{dilations = dense<2> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}";
  const std::string par2 = "\"parallel\", \"parallel\"";
  const std::string multiplyAdd =
      "  ^bb0(%x: f32, %y: f32, %o: f32):\n    %m = arith.mulf %x, %y : f32\n    %s = "
      "arith.addf %o, %m : f32\n    linalg.yield %s : f32\n";
  return {
      {"matmul", matmul(32, 48, 40)},
      {"matmul_epilogue", matmul(24, 32, 64, true)},
      {"matmul_primes", matmul(13, 37, 17, true)},
      {"matmul_narrow", matmul(19, 7, 77, true)},
      {"matvec", matmul(1, 67, 128)},
      {"column", matmul(65, 1, 64)},
      {"batch_matmul",
       "func.func @kernel(%a: tensor<3x10x24xf32>, %b: tensor<3x24x20xf32>) -> tensor<3x10x20xf32> {\n"
       "  %z = arith.constant 0.0 : f32\n  %e = tensor.empty() : tensor<3x10x20xf32>\n"
       "  %f = linalg.fill ins(%z : f32) outs(%e : tensor<3x10x20xf32>) -> tensor<3x10x20xf32>\n"
       "  %r = linalg.batch_matmul ins(%a, %b : tensor<3x10x24xf32>, tensor<3x24x20xf32>) outs(%f : "
       "tensor<3x10x20xf32>) -> tensor<3x10x20xf32>\n  return %r : tensor<3x10x20xf32>\n}\n"},
      {"matmul_transposed_b",
       generic("%a: tensor<12x64xf32>, %b: tensor<21x64xf32>", "tensor<12x21xf32>",
               "affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) "
               "-> (i, j)>",
               par2 + ", \"reduction\"", "%a, %b : tensor<12x64xf32>, tensor<21x64xf32>",
               multiplyAdd, "0.0")},
      {"conv_3x3", windowed("linalg.conv_2d_nhwc_hwcf", s1, {1, 9, 9, 8}, "tensor<3x3x8x24xf32>",
                            "tensor<1x9x9x24xf32>", 1)},
      {"conv_3x3_one_tile", paddedConvolution(4, 3, 5, 18)},
      {"conv_3x3_images", windowed("linalg.conv_2d_nhwc_hwcf", s1, {2, 8, 16, 20}, "tensor<3x3x20x16xf32>",
                                   "tensor<2x8x16x16xf32>", 1)},
      {"conv_3x3_epilogue", convolutionWithEpilogue(2, 7, 13, 5, 21, false)},
      {"conv_3x3_transposed", convolutionWithEpilogue(1, 8, 9, 6, 18, true)},
      {"conv_3x3_s2", windowed("linalg.conv_2d_nhwc_hwcf", s2, {1, 11, 11, 5}, "tensor<3x3x5x16xf32>",
                               "tensor<1x6x6x16xf32>", 1)},
      {"conv_narrow", windowed("linalg.conv_2d_nhwc_hwcf", s1, {1, 7, 8, 67}, "tensor<3x3x67x5xf32>",
                               "tensor<1x7x8x5xf32>", 1)},
      {"conv_dilated", windowed("linalg.conv_2d_nhwc_hwcf", d2, {1, 12, 12, 4}, "tensor<3x3x4x16xf32>",
                                "tensor<1x8x8x16xf32>", 0)},
      {"conv_filter_channels_first",
       generic("%a: tensor<2x8x7x3xf32>, %b: tensor<3x3x2x12xf32> {alt.constant}", "tensor<2x6x6x12xf32>",
               "affine_map<(n, h, w, f, c, y, x) -> (n, h + y, w + x, c)>, affine_map<(n, h, w, f, c, y, x) -> "
               "(c, y, x, f)>, affine_map<(n, h, w, f, c, y, x) -> (n, h, w, f)>",
               par2 + ", " + par2 + ", \"reduction\", \"reduction\", \"reduction\"",
               "%a, %b : tensor<2x8x7x3xf32>, tensor<3x3x2x12xf32>", multiplyAdd, "0.0")},
      {"matmul_transposed_a",
       generic("%a: tensor<40x13xf32>, %b: tensor<40x35xf32> {alt.constant}", "tensor<13x35xf32>",
               "affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>",
               par2 + ", \"reduction\"", "%a, %b : tensor<40x13xf32>, tensor<40x35xf32>", multiplyAdd, "0.0")},
      {"conv_1d",
       generic("%a: tensor<2x29x6xf32>, %b: tensor<5x6x20xf32> {alt.constant}", "tensor<2x13x20xf32>",
               "affine_map<(n, w, f, x, c) -> (n, w * 2 + x, c)>, affine_map<(n, w, f, x, c) -> (x, c, f)>, "
               "affine_map<(n, w, f, x, c) -> (n, w, f)>",
               par2 + ", \"parallel\", \"reduction\", \"reduction\"",
               "%a, %b : tensor<2x29x6xf32>, tensor<5x6x20xf32>", multiplyAdd, "0.0")},
      {"conv_3d",
       generic("%a: tensor<5x6x7x3xf32>, %b: tensor<3x3x3x3x18xf32> {alt.constant}", "tensor<3x4x5x18xf32>",
               "affine_map<(d, h, w, f, z, y, x, c) -> (d + z, h + y, w + x, c)>, affine_map<(d, h, w, f, z, y, x, c) "
               "-> (z, y, x, c, f)>, affine_map<(d, h, w, f, z, y, x, c) -> (d, h, w, f)>",
               par2 + ", " + par2 + ", \"reduction\", \"reduction\", \"reduction\", \"reduction\"",
               "%a, %b : tensor<5x6x7x3xf32>, tensor<3x3x3x3x18xf32>", multiplyAdd, "0.0")},
      {"conv_grouped",
       generic("%a: tensor<8x9x3x5xf32>, %b: tensor<3x3x3x5x10xf32> {alt.constant}", "tensor<6x7x3x10xf32>",
               "affine_map<(h, w, g, f, y, x, c) -> (h + y, w + x, g, c)>, affine_map<(h, w, g, f, y, x, c) -> (y, x, "
               "g, c, f)>, affine_map<(h, w, g, f, y, x, c) -> (h, w, g, f)>",
               par2 + ", " + par2 + ", \"reduction\", \"reduction\", \"reduction\"",
               "%a, %b : tensor<8x9x3x5xf32>, tensor<3x3x3x5x10xf32>", multiplyAdd, "0.0")},
      {"conv_nchw", windowed("linalg.conv_2d_nchw_fchw", s1, {1, 6, 10, 10}, "tensor<12x6x3x3xf32>",
                             "tensor<1x12x10x10xf32>", 1, "0.0", true)},
      {"conv_nchw_s2", windowed("linalg.conv_2d_nchw_fchw", s2, {1, 3, 13, 13}, "tensor<8x3x3x3xf32>",
                                "tensor<1x8x7x7xf32>", 1, "0.0", true)},
      {"depthwise", windowed("linalg.depthwise_conv_2d_nhwc_hwc", s1, {1, 10, 10, 20},
                             "tensor<3x3x20xf32>", "tensor<1x10x10x20xf32>", 1)},
      {"depthwise_s2", windowed("linalg.depthwise_conv_2d_nhwc_hwc", s2, {1, 11, 11, 16},
                                "tensor<5x5x16xf32>", "tensor<1x6x6x16xf32>", 2)},
      {"max_pool", windowed("linalg.pooling_nhwc_max", s2, {1, 12, 12, 18}, "tensor<2x2xf32>",
                            "tensor<1x6x6x18xf32>", 0, "0xFF800000")},
      {"max_pool_9x9", windowed("linalg.pooling_nhwc_max", s1, {1, 13, 13, 20}, "tensor<9x9xf32>",
                                "tensor<1x13x13x20xf32>", 4, "0xFF800000")},
      {"sum_pool_nchw", windowed("linalg.pooling_nchw_sum", s1, {1, 5, 9, 9}, "tensor<3x3xf32>",
                                 "tensor<1x5x9x9xf32>", 1, "0.0", true)},
      {"row_max", generic("%a: tensor<9x77xf32>", "tensor<9xf32>",
                          "affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>",
                          "\"parallel\", \"reduction\"", "%a : tensor<9x77xf32>",
                          "  ^bb0(%x: f32, %o: f32):\n    %m = arith.maximumf %x, %o : f32\n    "
                          "linalg.yield %m : f32\n",
                          "0xFF800000")},
      {"column_sum", generic("%a: tensor<33x18xf32>", "tensor<18xf32>",
                             "affine_map<(j, i) -> (i, j)>, affine_map<(j, i) -> (j)>",
                             "\"parallel\", \"reduction\"", "%a : tensor<33x18xf32>",
                             "  ^bb0(%x: f32, %o: f32):\n    %m = arith.addf %x, %o : f32\n    "
                             "linalg.yield %m : f32\n",
                             "0.0")},
      {"elementwise", generic("%a: tensor<7x45xf32>, %b: tensor<45xf32>", "tensor<7x45xf32>",
                              "affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, "
                              "j) -> (i, j)>",
                              par2, "%a, %b : tensor<7x45xf32>, tensor<45xf32>",
                              "  ^bb0(%x: f32, %y: f32, %o: f32):\n    %m = arith.mulf %x, %y : f32\n   "
                              " %t = math.tanh %m : f32\n    linalg.yield %t : f32\n",
                              "")},
      {"transpose", generic("%a: tensor<19x23xf32>", "tensor<23x19xf32>",
                            "affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>", par2,
                            "%a : tensor<19x23xf32>",
                            "  ^bb0(%x: f32, %o: f32):\n    linalg.yield %x : f32\n", "")},
  };
}

} // namespace alt::test
