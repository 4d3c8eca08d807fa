#include "alt/StopRule.h"
#include <cmath>

namespace alt {

void StopRule::add(double best) {
  ++trials;
  if (!std::isfinite(best))
    return;
  if (!hasRun || best < reference * (1 - options.gain)) {
    reference = best;
    lastGain = trials;
  }
  hasRun = true;
}

} // namespace alt
