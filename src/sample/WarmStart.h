// What a sampler makes of a prior: the first batch, then a margin that its own models start from
// and that counts as far as the answers bear it out.
#pragma once
#include "alt/Sampler.h"
#include "model/Committee.h"

namespace alt {

class WarmStart {
public:
  /// Of no effect without a prior, or with one of other features.
  explicit WarmStart(const SamplerContext &context);

  /// What the prior hopes most of, once and only while fewer than `wanted` schedules were told.
  std::vector<Schedule> firstBatch(size_t count, size_t wanted, Rng &);

  void tell(std::span<const float> row);
  /// Takes the prior's share out of the told schedules' labels and remembers how large it is: the
  /// slope of labels on the prior's expectations, held near `trustedSlope` by as much as the prior
  /// is trusted unseen. What is left is for the sampler's own models.
  void takeOut(std::span<float> labels);
  /// Gives its share back to what those models say of the rows.
  void putBack(const Columns &rows, std::span<Committee::Prediction> predictions) const;

private:
  SamplerContext context;
  bool started = false;
  std::vector<float> expected; ///< one a told schedule
  double slope = 0;
};

} // namespace alt
