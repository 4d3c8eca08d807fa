// How far a schedule is from everything measured so far: what the models cannot know of. Trees say
// the same of a whole region, so their spread alone stays small where nobody has been.
#pragma once
#include "alt/SearchSpace.h"

namespace alt {

class Novelty {
public:
  explicit Novelty(const SearchSpace &);
  /// In [0, 1]: the mean over the knobs of 0 for the same option, 1 for another name, and for sizes
  /// 0.3 for the next option up to 1 for half of the options away.
  float distance(const Schedule &, const Schedule &) const;

private:
  std::vector<size_t> options;           ///< of each knob
  std::vector<std::vector<float>> table; ///< of each knob: option * options + option
};

} // namespace alt
