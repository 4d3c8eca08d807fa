// When two tensors agree: the one criterion of every check in the project (candidates beside their
// reference, a tuned library beside the untuned one, a library beside an independent evaluation of
// its model, `alt run --check`, the benchmarks).
//
// Reals a and e agree when |a - e| <= tolerance * (|e| + rms), rms over the finite elements that are
// expected: a sum's rounding error scales with its terms, not with its own, possibly cancelled,
// value. NaN agrees with NaN and an infinity with the same infinity. Integers must be equal, or
// apart by a number of steps that the caller allows (rounding to a quantised value).
#pragma once
#include "alt/tensor/Tensor.h"
#include <optional>
#include <span>
#include <string>

namespace alt {

struct Allowance {
  double tolerance = 0; ///< of reals
  int64_t steps = 0;    ///< of integers
  /// None, or for each element how far apart it may be in addition: what is expected is not known any
  /// better. Infinite: that element is not compared.
  std::span<const double> slack = {};
};

/// What rounding went through: one kernel, or the kernels of a model, from one to the next.
enum class Scope { kernel, model };

/// The tolerance for values of this precision; the narrowest one counts that they went through.
/// f32: 1e-4 for a kernel (reassociating thousands of terms stays far below, one wrong or missing
/// term does not), 1e-3 for a model.
Allowance allowance(Scope, ElementType precision);
/// Of tensors whose types differ: of the less precise one.
Allowance allowance(Scope, ElementType actual, ElementType expected);

/// "[0,3]": a multi-dimensional index, of the row-major position.
std::string indexText(int64_t element, std::span<const int64_t> shape);

/// An element that is wrong.
struct Difference {
  std::string where; ///< its index, "[0,3]"; "" in a tensor without dimensions
  std::string actual, expected, allowed;
  /// "element [0,3] is 1.5 instead of 1.25 (it may be off by 0.000225)"
  std::string text() const;
};

/// The first wrong element of two dense row-major tensors of this type and shape.
std::optional<Difference> firstDifference(ElementType, std::span<const int64_t> shape,
                                          const std::byte *actual, const std::byte *expected,
                                          const Allowance &);
/// A sentence's part that names the tensor (as `actual` does, else as `expected`) and what is wrong:
/// the shape or the first wrong element. Types may differ.
std::optional<std::string> difference(const Tensor &actual, const Tensor &expected,
                                      const Allowance &);

/// The largest of |a - e| / (|e| + rms): what the tolerance would have to be. 0 when all are equal;
/// infinite when shapes differ, or one side is not finite where the other differs.
double largestError(const Tensor &actual, const Tensor &expected);
/// Of dense tensors of one type.
double largestError(ElementType, int64_t elements, const std::byte *actual,
                    const std::byte *expected);

} // namespace alt
