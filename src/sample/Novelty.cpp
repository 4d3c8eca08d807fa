#include "sample/Novelty.h"
#include <algorithm>
#include <cmath>

namespace alt {

static float distanceOf(const Knob &knob, size_t a, size_t b) {
  if (a == b)
    return 0;
  if (knob.kind == Knob::Kind::categorical)
    return 1;
  float steps = std::fabs(float(a) - float(b)), half = 0.5f * float(knob.options.size() - 1);
  return std::min(1.0f, 0.3f + 0.7f * steps / half);
}

Novelty::Novelty(const SearchSpace &space) {
  size_t varied = 0;
  for (const Knob &knob : space.knobs())
    varied += knob.options.size() > 1;
  for (const Knob &knob : space.knobs()) {
    size_t count = knob.options.size();
    options.push_back(count);
    table.emplace_back(count * count);
    for (size_t a = 0; a < count; ++a)
      for (size_t b = 0; b < count; ++b)
        table.back()[a * count + b] = distanceOf(knob, a, b) / float(varied);
  }
}

float Novelty::distance(const Schedule &a, const Schedule &b) const {
  float sum = 0;
  for (size_t k = 0; k < options.size(); ++k)
    sum += table[k][a.choice[k] * options[k] + b.choice[k]];
  return sum;
}

} // namespace alt
