#pragma once
#include "alt/Sampler.h"

namespace alt {

/// TVM's default since 2023 is regression; 2018 to 2023 it was rank.
enum class AutoTvmLoss { rank, regression };
std::unique_ptr<Sampler> makeAutoTvmSampler(const SamplerContext &, AutoTvmLoss);

} // namespace alt
