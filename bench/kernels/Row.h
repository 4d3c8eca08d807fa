// A row of the comparison: one kernel by its shape. The lists are data (rows.json) or drawn from a
// seed (oddRows); a kernel's text is made from its row, so there is no second copy of either.
#pragma once
#include "alt/Result.h"
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace alt::bench {

enum class Op { matmul, convolution, depthwise };

struct Row {
  std::string name;
  Op op = Op::matmul;
  int64_t batch = 1, m = 1, n = 1, k = 1; ///< matmul: A is m x k, B is k x n, each `batch` times
  int64_t height = 1, width = 1, in = 1, out = 1; ///< convolutions; depthwise: in == out
  int64_t window = 1, stride = 1;

  int64_t pad() const { return window / 2; } ///< on each side
  int64_t outHeight() const { return (height + 2 * pad() - window) / stride + 1; }
  int64_t outWidth() const { return (width + 2 * pad() - window) / stride + 1; }
  /// Elements of the kernel's arguments: activations, weights, result; dense, row-major; NHWC,
  /// HWCF.
  int64_t inputElements() const;
  int64_t weightElements() const;
  int64_t outputElements() const;
  /// Nominal: taps that fall on padding count.
  double flops() const;
};

Result<std::vector<Row>> readRows(const std::filesystem::path &);

/// Those of these names, in their order; all when there are none. An unknown name is an error.
Result<std::vector<Row>> onlyNamed(std::vector<Row>, const std::vector<std::string> &names);

/// `count` shapes that nobody tuned a library for: primes, 1, 7, 197, 1000 and anything between;
/// two fifths matmuls, two fifths convolutions, the rest depthwise. Each of 1 to 500 MFLOP.
std::vector<Row> oddRows(uint64_t seed, unsigned count);

/// Linalg on tensors: @kernel(activations, weights) -> result, padding inside.
std::string kernelText(const Row &);

} // namespace alt::bench
