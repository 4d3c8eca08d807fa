#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeRandomSampler(const SamplerContext &);
} // namespace alt
