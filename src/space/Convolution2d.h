// The part that each axis plays in a convolution over two dimensions, channels last.
#pragma once
#include "alt/Workload.h"
#include <optional>

namespace alt {

/// out[image, row, column, feature] += in[image, row * s + windowRow * d, ..., channel] *
/// filter[...], the filter's features last.
struct Convolution2d {
  unsigned image, row, column, feature, channel, windowRow, windowColumn;
  bool oneByOne = true; ///< the window slides one by one, and its taps are neighbours

  /// nullopt for any other kernel: grouped and depthwise ones, other numbers of dimensions.
  static std::optional<Convolution2d> of(const Workload &);
};

} // namespace alt
