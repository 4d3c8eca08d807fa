// What the learner sees of a schedule: a row of numbers of fixed length and fixed meaning.
#pragma once
#include "alt/SearchSpace.h"
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace alt {

/// Features are versioned: a saved model or prior made with another version is refused.
class FeatureExtractor {
public:
  virtual ~FeatureExtractor() = default;
  virtual std::string_view version() const = 0; ///< "knobs-1", "loops-1"
  virtual std::span<const std::string> names() const = 0;
  /// row.size() == names().size(); deterministic, microseconds, thread-safe.
  virtual void extract(const Schedule &, std::span<float> row) const = 0;
};

/// Sizes whose ratio matters, not their difference: all positive and spread over a factor of 3.
bool isRatioScaled(const Knob &);

/// The knobs themselves, for any space: log2 of ratio-scaled knobs with their pairwise sums and
/// differences, other ordinals as they are, one column an option for categorical ones.
std::unique_ptr<FeatureExtractor> makeKnobFeatures(const SearchSpace &);

/// Of makeLoopFeatures; whoever changes a column's meaning, order or number changes this, and makes
/// the shipped prior again (bench/learning/make-prior.sh).
inline constexpr std::string_view loopFeaturesVersion = "loops-1";

/// How many columns that version has.
size_t loopFeatureCount();

/// Shape-independent features of the tiled loop nest (per level: extents, footprints, reuse, cache
/// fit, vector and unroll widths, parallelism), then the knobs. Only for makeSearchSpace's spaces.
std::unique_ptr<FeatureExtractor> makeLoopFeatures(const Workload &, const SearchSpace &,
                                                   const Target &);

/// Loop features where the space is derived from the kernel's loops; the knobs where it is not (a
/// script of the user's own).
std::unique_ptr<FeatureExtractor> makeFeatures(const Workload &, const SearchSpace &,
                                               const Target &);

} // namespace alt
