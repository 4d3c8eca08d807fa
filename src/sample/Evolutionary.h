#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeEvolutionarySampler(const SamplerContext &);
} // namespace alt
