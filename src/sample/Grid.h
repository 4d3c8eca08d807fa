#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeGridSampler(const SamplerContext &);
} // namespace alt
