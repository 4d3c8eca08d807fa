// Inputs and the right answer: plain loops, sums in double, no library and nothing of ours.
#include "Contestant.h"
#include "alt/tensor/Agreement.h"
#include <algorithm>
#include <random>

namespace alt::bench {

static void matmul(const Row &row, const float *a, const float *b, float *c) {
  std::vector<double> sum(row.n);
  for (int64_t i = 0; i < row.batch * row.m; ++i) {
    const float *bOfBatch = b + i / row.m * row.k * row.n;
    std::fill(sum.begin(), sum.end(), 0.0);
    for (int64_t k = 0; k < row.k; ++k) {
      double left = a[i * row.k + k];
      for (int64_t j = 0; j < row.n; ++j)
        sum[j] += left * bOfBatch[k * row.n + j];
    }
    std::copy(sum.begin(), sum.end(), c + i * row.n);
  }
}

/// Adds one tap of the window to one output pixel's sums.
static void addTap(const Row &row, const float *pixel, const float *tap, double *sum) {
  if (row.op == Op::depthwise) {
    for (int64_t c = 0; c < row.in; ++c)
      sum[c] += double(pixel[c]) * tap[c];
    return;
  }
  for (int64_t c = 0; c < row.in; ++c) {
    double left = pixel[c];
    for (int64_t f = 0; f < row.out; ++f)
      sum[f] += left * tap[c * row.out + f];
  }
}

static void convolution(const Row &row, const float *input, const float *weights, float *output) {
  int64_t tapSize = row.op == Op::depthwise ? row.in : row.in * row.out;
  std::vector<double> sum(row.out);
  for (int64_t y = 0; y < row.outHeight(); ++y)
    for (int64_t x = 0; x < row.outWidth(); ++x) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (int64_t tap = 0; tap < row.window * row.window; ++tap) {
        int64_t inY = y * row.stride + tap / row.window - row.pad();
        int64_t inX = x * row.stride + tap % row.window - row.pad();
        if (inY >= 0 && inY < row.height && inX >= 0 && inX < row.width)
          addTap(row, input + (inY * row.width + inX) * row.in, weights + tap * tapSize,
                 sum.data());
      }
      std::copy(sum.begin(), sum.end(), output + (y * row.outWidth() + x) * row.out);
    }
}

static void fillRandom(Buffer &buffer, std::mt19937 &engine) {
  for (float &x : buffer)
    x = float(engine() % 2001) * 1e-3f - 1;
}

Problem::Problem(const Row &row)
    : row(row), input(row.inputElements()), weights(row.weightElements()),
      expected(row.outputElements()) {
  std::mt19937 engine(1);
  fillRandom(input, engine);
  fillRandom(weights, engine);
  (row.op == Op::matmul ? matmul : convolution)(row, input.data(), weights.data(), expected.data());
}

double error(const Problem &problem, const Buffer &actual) {
  auto bytes = [](const Buffer &buffer) { return reinterpret_cast<const std::byte *>(buffer.data()); };
  return largestError(ElementType::f32, problem.row.outputElements(), bytes(actual),
                      bytes(problem.expected));
}

bool agrees(double error) { return error <= allowance(Scope::kernel, ElementType::f32).tolerance; }

} // namespace alt::bench
