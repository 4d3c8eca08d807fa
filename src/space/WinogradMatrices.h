// Winograd's minimal filtering F(m, 3) as numbers: its matrices, and how they magnify rounding.
#pragma once
#include <cstdint>
#include <vector>

namespace alt {

using MatrixRows = std::vector<std::vector<double>>;

/// y = A^T ((G g) * (B^T d)): m outputs of a filter of 3 taps from m + 2 inputs by m + 2
/// multiplications.
struct WinogradMatrices {
  MatrixRows input;  ///< B^T
  MatrixRows filter; ///< G
  MatrixRows output; ///< A^T
};

/// m is 2 (points 0, 1, -1) or 4 (points 0, 1, -1, 2, -2).
const WinogradMatrices &winogradMatrices(int64_t m);

/// The standard deviation of an f32 result's error as a share of the results' rms, at the outputs
/// of a tile where it is largest (docs/measuring.md derives it): inputs are independent and about
/// zero, roundings independent, products added up over `channels` one by one.
double winogradDeviation(int64_t m, int64_t channels);

} // namespace alt
