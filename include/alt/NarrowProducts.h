// Products of narrow elements summed in wide ones (bf16 in f32, i8 in i32): which a CPU has
// instructions for.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"

namespace alt {

/// The instructions of a target that do several steps of such a sum in vectors: names of rows in
/// the table of space/ProductInstructions.cpp, with spaces between; "" when there are none.
std::string dotProductInstructions(const Target &);

/// An error when the kernel sums such products and the target has no instructions for them: each
/// element would be widened, slower than a kernel of f32.
Result<void> checkNarrowProducts(const Workload &, const Target &);

} // namespace alt
