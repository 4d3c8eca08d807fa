#include "space/WinogradMatrices.h"
#include <algorithm>
#include <cassert>
#include <cmath>

namespace alt {

const WinogradMatrices &winogradMatrices(int64_t m) {
  static const WinogradMatrices two{
      {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}},
      {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}},
      {{1, 1, 1, 0}, {0, 1, -1, 1}},
  };
  static const WinogradMatrices four{
      {{4, 0, -5, 0, 1, 0},
       {0, -4, -4, 1, 1, 0},
       {0, 4, -4, -1, 1, 0},
       {0, -2, -1, 2, 1, 0},
       {0, 2, -1, -2, 1, 0},
       {0, 4, 0, -5, 0, 1}},
      {{1. / 4, 0, 0},
       {-1. / 6, -1. / 6, -1. / 6},
       {-1. / 6, 1. / 6, -1. / 6},
       {1. / 24, 1. / 12, 1. / 6},
       {1. / 24, -1. / 12, 1. / 6},
       {0, 0, 1}},
      {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
  };
  assert((m == 2 || m == 4) && "F(2, 3) and F(4, 3) are known");
  return m == 2 ? two : four;
}

namespace {

double squares(const std::vector<double> &row) {
  double sum = 0;
  for (double factor : row)
    sum += factor * factor;
  return sum;
}

/// Most terms of a row.
double terms(const MatrixRows &rows) {
  std::ptrdiff_t most = 0;
  for (const auto &row : rows)
    most = std::max(most, std::count_if(row.begin(), row.end(), [](double f) { return f != 0; }));
  return static_cast<double>(most);
}

} // namespace

double winogradDeviation(int64_t m, int64_t channels) {
  const WinogradMatrices &matrices = winogradMatrices(m);
  double magnified = 0; // of all outputs of a tile along one axis
  for (const auto &row : matrices.output) {
    double sum = 0;
    for (size_t i = 0; i < row.size(); ++i)
      sum += row[i] * row[i] * squares(matrices.input[i]) * squares(matrices.filter[i]);
    magnified = std::max(magnified, sum / 3); // a plain sum has 3 taps of variance 1
  }
  // Both transforms of both factors, and back: along either axis.
  double transforms = 2 * (terms(matrices.input) + terms(matrices.filter) + terms(matrices.output));
  double rounding = std::ldexp(1, -24); // at most, and evenly spread: a variance of its square / 3
  return rounding * magnified * std::sqrt((static_cast<double>(channels) / 2 + transforms) / 3);
}

} // namespace alt
