// The schedules that a prior hopes most of, found by evolution over its score: what is measured
// first when other kernels' records are there to start from.
#pragma once
#include "alt/Sampler.h"

namespace alt {

/// Distinct legal schedules, most hoped for first; one in turn for each member of the prior, so
/// that a batch of them does not stand or fall with one model. At most `count`; milliseconds.
std::vector<Schedule> searchByPrior(const SamplerContext &, size_t count, Rng &);

} // namespace alt
