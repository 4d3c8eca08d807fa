#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeAnnealingSampler(const SamplerContext &);
} // namespace alt
