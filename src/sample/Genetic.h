#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeGeneticSampler(const SamplerContext &);
} // namespace alt
