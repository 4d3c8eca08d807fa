#include "Row.h"
#include <initializer_list>

namespace alt::bench {

static std::string tensor(std::initializer_list<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + "f32>";
}

/// The function around `op`, which reads `from` (of type `fromType`) and %b.
static std::string function(const std::string &a, const std::string &b, const std::string &c,
                            const std::string &prologue, const std::string &op,
                            const std::string &from, const std::string &fromType,
                            bool weightsAreConstant) {
  return "func.func @kernel(%a: " + a + ", %b: " + b +
         (weightsAreConstant ? " {alt.constant}" : "") + ") -> " + c +
         " {\n  %z = arith.constant 0.0 : f32\n" + prologue + "  %e = tensor.empty() : " + c +
         "\n  %f = linalg.fill ins(%z : f32) outs(%e : " + c + ") -> " + c + "\n  %r = " + op +
         " ins(" + from + ", %b : " + fromType + ", " + b + ") outs(%f : " + c + ") -> " + c +
         "\n  return %r : " + c + "\n}\n";
}

static std::string matmulText(const Row &row) {
  // A batch of B is another activation (attention), so it may not be packed ahead.
  if (row.batch > 1)
    return function(tensor({row.batch, row.m, row.k}), tensor({row.batch, row.k, row.n}),
                    tensor({row.batch, row.m, row.n}), "", "linalg.batch_matmul", "%a",
                    tensor({row.batch, row.m, row.k}), false);
  std::string a = tensor({row.m, row.k});
  return function(a, tensor({row.k, row.n}), tensor({row.m, row.n}), "", "linalg.matmul", "%a", a,
                  true);
}

static std::string convolutionText(const Row &row) {
  std::string a = tensor({1, row.height, row.width, row.in}), from = "%a", fromType = a, prologue;
  if (int64_t pad = row.pad()) {
    from = "%p";
    fromType = tensor({1, row.height + 2 * pad, row.width + 2 * pad, row.in});
    std::string edge = "[0, " + std::to_string(pad) + ", " + std::to_string(pad) + ", 0]";
    prologue = "  %p = tensor.pad %a low" + edge + " high" + edge +
               " {\n  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):\n"
               "    tensor.yield %z : f32\n  } : " +
               a + " to " + fromType + "\n";
  }
  std::string strides = "dense<" + std::to_string(row.stride) + "> : tensor<2xi64>";
  std::string attributes = " {dilations = dense<1> : tensor<2xi64>, strides = " + strides + "}";
  bool depthwise = row.op == Op::depthwise;
  std::string op = depthwise ? "linalg.depthwise_conv_2d_nhwc_hwc" : "linalg.conv_2d_nhwc_hwcf";
  std::string weights = depthwise ? tensor({row.window, row.window, row.in})
                                  : tensor({row.window, row.window, row.in, row.out});
  return function(a, weights, tensor({1, row.outHeight(), row.outWidth(), row.out}), prologue,
                  op + attributes, from, fromType, true);
}

std::string kernelText(const Row &row) {
  return row.op == Op::matmul ? matmulText(row) : convolutionText(row);
}

} // namespace alt::bench
