// What a sampler makes of an expectation: the first batch, then a margin that its own models start
// from and that counts as far as the answers bear it out.
#pragma once
#include "model/Committee.h"
#include "sample/Expectation.h"

namespace alt {

class WarmStart {
public:
  /// Of no effect where nothing is expected. See Expectation for `analytic`, its search for
  /// `spread`.
  WarmStart(const SamplerContext &, bool analytic, double spread);

  /// Of which most is expected, once and only while fewer than `wanted` schedules were told; in
  /// front, if asked for, the schedule that the compiler would take unmeasured.
  std::vector<Schedule> firstBatch(size_t count, size_t wanted, bool defaultFirst, Rng &);

  /// Whether anything is expected at all.
  bool expects() const { return expectation.exists(); }
  void tell(std::span<const float> row);
  /// Takes the expected share out of the told schedules' labels and remembers how large it is: the
  /// slope of labels on expectations, held near `trustedSlope` by as much as these are trusted
  /// unseen. What is left is for the sampler's own models.
  void takeOut(std::span<float> labels);
  /// Gives its share back to what those models say of the rows.
  void putBack(const Columns &rows, std::span<Committee::Prediction> predictions) const;

private:
  SamplerContext context;
  Expectation expectation;
  double spread;
  bool started = false;
  std::vector<float> expected; ///< one a told schedule
  double slope = 0;
};

} // namespace alt
