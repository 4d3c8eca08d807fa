#include "sample/Coverage.h"
#include <cmath>

namespace alt {

static constexpr unsigned candidates = 100;

Coverage::Coverage(const SearchSpace &space) : space(space) {
  for (const Knob &knob : space.knobs())
    seen.emplace_back(knob.options.size());
}

void Coverage::add(const Schedule &schedule) {
  auto knobs = space.knobs();
  for (size_t k = 0; k < knobs.size(); ++k)
    for (size_t option = 0; option < seen[k].size(); ++option) {
      double steps = std::fabs(double(option) - double(schedule.choice[k]));
      bool sizes = knobs[k].kind == Knob::Kind::ordinal;
      seen[k][option] += sizes ? std::exp(-8 * steps / double(seen[k].size())) : steps == 0;
    }
}

double Coverage::crowding(const Schedule &schedule) const {
  double sum = 0;
  for (size_t k = 0; k < seen.size(); ++k)
    sum += seen[k][schedule.choice[k]];
  return sum;
}

void Coverage::fill(std::vector<Schedule> &batch, size_t count, Visited &visited, Rng &rng) {
  while (batch.size() < count) {
    Schedule best;
    double least = INFINITY;
    for (unsigned i = 0; i < candidates; ++i)
      if (Schedule schedule = space.random(rng); !visited.contains(schedule))
        if (double crowd = crowding(schedule); crowd < least) {
          least = crowd;
          best = std::move(schedule);
        }
    if (std::isinf(least)) // nearly used up
      return visited.fill(batch, count, rng);
    visited.insert(best);
    add(best);
    batch.push_back(std::move(best));
  }
}

} // namespace alt
