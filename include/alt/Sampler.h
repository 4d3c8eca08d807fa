// A tuner's brain: proposes what to measure next. Sees schedules, features and outcomes; no MLIR.
#pragma once
#include "alt/Features.h"
#include "alt/Measure.h"
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

class Sampler {
public:
  virtual ~Sampler() = default;
  /// At most `count` legal schedules not asked before and not told; empty means exhausted.
  virtual std::vector<Schedule> ask(size_t count, Rng &) = 0;
  virtual void tell(std::span<const Observation>) = 0;
  /// How many schedules the sampler likes to be asked for at once (it refits between batches).
  virtual size_t preferredBatch() const { return 8; }
};

class Prior; // model/Prior.h

struct SamplerContext {
  const SearchSpace &space;
  const FeatureExtractor &features;
  const Prior *prior = nullptr; ///< what other kernels' records say; outlives the sampler
};

struct SamplerInfo {
  std::string_view name;    ///< as in --tuner
  std::string_view summary; ///< one line for --help
  std::function<std::unique_ptr<Sampler>(const SamplerContext &)> make;
};

/// The one table of tuners; "alt" is the default.
std::span<const SamplerInfo> samplers();
/// The error suggests the nearest name.
Result<const SamplerInfo *> findSampler(std::string_view name);
/// A tuner by name, for "alt" with options that differ from its defaults: "alt:batch=8:filter=false"
/// (ablations). Unknown options are refused with what would be right.
Result<std::unique_ptr<Sampler>> makeSampler(std::string_view spec, const SamplerContext &);

} // namespace alt
