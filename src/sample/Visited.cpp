#include "sample/Visited.h"

namespace alt {

std::optional<Schedule> Visited::drawNew(Rng &rng) {
  // Most draws are new. When they are not, a listed space is walked from a random place; one that
  // is not listed is small or nearly used up, and gets more draws before it is called exhausted.
  auto points = space.points();
  for (int tries = points.empty() ? 4000 : 64; tries > 0; --tries) {
    Schedule schedule = space.random(rng);
    if (insert(schedule))
      return schedule;
  }
  if (points.empty() || seen.size() >= points.size())
    return std::nullopt;
  size_t start = rng() % points.size();
  for (size_t i = 0; i < points.size(); ++i)
    if (const Schedule &point = points[(start + i) % points.size()]; insert(point))
      return point;
  return std::nullopt;
}

void Visited::fill(std::vector<Schedule> &batch, size_t count, Rng &rng) {
  while (batch.size() < count) {
    std::optional<Schedule> schedule = drawNew(rng);
    if (!schedule)
      return;
    batch.push_back(std::move(*schedule));
  }
}

} // namespace alt
