// How the loops of a nest walk over the memory of an operand.
#pragma once
#include "alt/Workload.h"

namespace alt {

/// By how many elements of the operand's memory one step along `axis` moves.
int64_t strideAlong(const Operand &, unsigned axis);

/// The factor of `axis` in the index; 0 where it does not occur.
int64_t coefficient(const IndexExpr &, unsigned axis);

/// How well vectors run along `axis` in this operand: 2 contiguous, 1 not at all (a broadcast),
/// -4 strided (lane by lane, which costs more than all else gains).
int vectorFit(const Operand &, unsigned axis);

/// Whether a window passes over the operand, be it of one element.
bool slides(const Operand &);

/// A window of several elements, so that neighbouring outputs read the same ones: output * stride +
/// tap * dilation is an index of the operand.
struct Window {
  unsigned output, tap; ///< axes
  int64_t stride, dilation;
};
std::vector<Window> windowsOver(const Operand &, const std::vector<Axis> &);

/// How many different positions so many outputs and taps side by side read.
int64_t positions(const Window &, int64_t outputs, int64_t taps);

} // namespace alt
