#pragma once
#include "alt/Sampler.h"

namespace alt {
std::unique_ptr<Sampler> makeLfboSampler(const SamplerContext &);
} // namespace alt
