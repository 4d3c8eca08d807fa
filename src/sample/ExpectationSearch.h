// The schedules of which most is expected, found by evolution: what is measured first when there is
// something to start from, other kernels' records or the analytic cost.
#pragma once
#include "sample/Expectation.h"

namespace alt {

/// Distinct legal schedules, most hoped for first, so that a batch of them does not stand or fall
/// with one: where the expectation has several views, each chooses in turn; where it has one, being
/// as far as can be from those chosen before is worth `spread`. At most `count`, the `first` of them
/// chosen already; milliseconds.
std::vector<Schedule> searchByExpectation(const SamplerContext &, const Expectation &,
                                          std::vector<Schedule> first, size_t count, double spread,
                                          Rng &);

} // namespace alt
