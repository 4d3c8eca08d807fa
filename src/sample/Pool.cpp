#include "sample/Pool.h"
#include <algorithm>

namespace alt {

Pool::Pool(const SamplerContext &context, const PoolOptions &options)
    : context(context), options(options), distances(context.space) {
  auto points = context.space.points();
  whole = !points.empty() && points.size() <= options.listed;
  if (whole)
    setSchedules({points.begin(), points.end()});
}

void Pool::setSchedules(std::vector<Schedule> replacement) {
  schedules = std::move(replacement);
  index.clear();
  Matrix rows(schedules.size(), context.features.names().size());
  for (size_t i = 0; i < schedules.size(); ++i) {
    index.emplace(schedules[i], uint32_t(i));
    context.features.extract(schedules[i], rows.row(i));
  }
  columns = Columns(rows);
  nearest.assign(schedules.size(), 1.0f);
  toldCompared = 0;
}

void Pool::refresh(std::span<const Schedule> best, std::span<const Schedule> told,
                   const Visited &visited, Rng &rng) {
  std::vector<std::vector<Schedule>> neighbourhoods;
  for (size_t b = 0; b < std::min<size_t>(best.size(), options.parents); ++b)
    neighbourhoods.push_back(neighboursOf(best[b], b < options.incumbents, rng));
  if (!whole)
    drawAnew(neighbourhoods, visited, rng);
  local.assign(schedules.size(), false);
  for (size_t b = 0; b < std::min<size_t>(neighbourhoods.size(), options.incumbents); ++b)
    for (const Schedule &near : neighbourhoods[b])
      if (auto at = index.find(near); at != index.end())
        local[at->second] = true;
  for (; toldCompared < told.size(); ++toldCompared)
    comeNear(told[toldCompared]);
}

void Pool::drawAnew(std::span<const std::vector<Schedule>> neighbourhoods, const Visited &visited,
                    Rng &rng) {
  std::vector<Schedule> drawn;
  std::unordered_set<Schedule, ScheduleHash> seen;
  auto add = [&](const Schedule &schedule) {
    if (!visited.contains(schedule) && seen.insert(schedule).second)
      drawn.push_back(schedule);
  };
  for (const auto &neighbourhood : neighbourhoods)
    for (const Schedule &near : neighbourhood)
      add(near);
  // Drawing is dear where the constraints are tight.
  unsigned fresh = randoms.empty() ? options.random : (options.random + 4) / 5;
  for (unsigned i = 0; i < fresh; ++i)
    if (randoms.size() < options.random)
      randoms.push_back(context.space.random(rng));
    else
      randoms[oldest++ % randoms.size()] = context.space.random(rng);
  for (const Schedule &schedule : randoms)
    add(schedule);
  setSchedules(std::move(drawn));
}

std::vector<Schedule> Pool::neighboursOf(const Schedule &from, bool all, Rng &rng) const {
  std::vector<Schedule> found;
  auto knobs = context.space.knobs();
  for (size_t move = 0; move < 4 * knobs.size(); ++move)
    found.push_back(context.space.neighbour(from, rng));
  Schedule changed = from;
  for (size_t k = 0; all && k < knobs.size(); ++k) {
    for (size_t option = 0; option < knobs[k].options.size(); ++option) {
      changed.choice[k] = uint16_t(option);
      if (option != from.choice[k] && context.space.legal(changed))
        found.push_back(changed);
    }
    changed.choice[k] = from.choice[k];
  }
  return found;
}

void Pool::comeNear(const Schedule &schedule) {
  for (size_t i = 0; i < schedules.size(); ++i)
    nearest[i] = std::min(nearest[i], distances.distance(schedules[i], schedule));
}

} // namespace alt
