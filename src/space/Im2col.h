// What gathering the patches under a convolution's window makes of it, as plain data: a contraction
// over one long axis.
#pragma once
#include "alt/Target.h"
#include "space/Convolution2d.h"
#include "space/LoopNest.h"
#include <optional>

namespace alt {

struct Im2col {
  Convolution2d axes;                                         ///< of the convolution
  int64_t images = 1, rows = 1, columns = 1, outChannels = 1; ///< extents of the result
  int64_t taps = 1;                                           ///< elements of a patch
  ElementType element = ElementType::f32, sum = ElementType::f32;
  bool constantFilter = false;

  /// For convolutions over two dimensions, channels last, that have a window and few channels:
  /// their innermost reduction is short, a patch is long. nullopt for any other kernel.
  static std::optional<Im2col> of(const Workload &);

  /// Axes "n", "h", "w", "f", "k": out[n, h, w, f] += in0[n, h, w, k] * in1[k, f]. Everything about
  /// arguments is the convolution's.
  Workload matmul(const Workload &convolution) const;
  enum MatmulAxis : unsigned { n, h, w, f, k };

  /// Bytes of a cache tile's patches. They are gathered before the tile and lie on the stack,
  /// beside its sums where the taps are taken in blocks.
  int64_t patchBytes(const LoopNest &) const;
  bool legal(const LoopNest &) const;
};

} // namespace alt
