// What Winograd's algorithm makes of a convolution, as plain data: tiles, and the batched matmul in
// the middle, whose loop nest is the one to schedule.
#pragma once
#include "alt/Target.h"
#include "space/LoopNest.h"
#include <optional>

namespace alt {

struct Winograd {
  int64_t m = 4;                             ///< outputs of a tile along an axis
  int64_t images = 1, rows = 1, columns = 1; ///< of tiles
  int64_t inChannels = 1, outChannels = 1;
  bool constantFilter = false;
  double direct = 1; ///< multiply-adds of the convolution itself

  /// F(m x m, 3 x 3) for a 3x3 convolution of f32 with stride 1, no dilation, channels last and
  /// enough of them, not so many that the check may find the result wrong; nullopt for any other
  /// kernel.
  static std::optional<Winograd> of(const Workload &, int64_t m);

  int64_t points() const { return (m + 2) * (m + 2); }
  int64_t tiles() const { return images * rows * columns; }
  /// What the largest error of all results, by the check's measure, exceeds once in a hundred such
  /// convolutions at most.
  double errorBound() const;

  /// Axes "a" (points of the transforms), "t" (tiles), "f", "c": out[a, t, f] += in0[a, t, c] *
  /// in1[a, c, f]. Everything about arguments is the convolution's.
  Workload matmul(const Workload &convolution) const;
  enum MatmulAxis : unsigned { a, t, f, c };

  /// A rough estimate for choosing a default. In the nest t's tile is the batch and f's tile how
  /// many channels are multiplied before they are transformed back.
  double cycles(const LoopNest &, const Target &, unsigned threads) const;

  /// Bytes that a batch's transformed inputs take, and its products.
  int64_t inputBytes(const LoopNest &) const;
  int64_t productBytes(const LoopNest &) const;
  int64_t batchBytes(const LoopNest &nest) const { return inputBytes(nest) + productBytes(nest); }
  /// Units for threads are whole rows of tiles (and any share of the channels), of whole batches, and
  /// the stack holds what is inside loops.
  bool legal(const LoopNest &) const;
};

} // namespace alt
