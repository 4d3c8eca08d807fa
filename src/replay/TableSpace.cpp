#include "replay/TableSpace.h"
#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace alt {

static constexpr size_t fewestNeighbours = 8;

TableSpace::TableSpace(std::vector<Knob> knobs, std::vector<Schedule> points)
    : table(std::move(knobs)), list(std::move(points)) {
  assert(!list.empty() && "a table space has at least one point");
  for (size_t i = 0; i < list.size(); ++i) {
    [[maybe_unused]] bool fresh = index.emplace(list[i], uint32_t(i)).second;
    assert(fresh && "a table space lists each point once");
  }
}

Schedule TableSpace::neighbour(const Schedule &from, Rng &rng) const {
  std::lock_guard lock(mutex);
  auto [at, fresh] = near.try_emplace(from);
  if (fresh)
    at->second = neighboursOf(from);
  if (at->second.empty())
    return from; // a space of one point
  return list[at->second[rng() % at->second.size()]];
}

std::vector<uint32_t> TableSpace::neighboursOf(const Schedule &from) const {
  std::vector<uint32_t> found;
  Schedule other = from;
  for (size_t k = 0; k < table.size(); ++k) {
    for (size_t option = 0; option < table[k].options.size(); ++option) {
      other.choice[k] = uint16_t(option);
      if (option != from.choice[k])
        if (auto at = index.find(other); at != index.end())
          found.push_back(at->second);
    }
    other.choice[k] = from.choice[k];
  }
  if (found.size() >= fewestNeighbours)
    return found;
  std::vector<std::pair<unsigned, uint32_t>> byDistance;
  for (size_t i = 0; i < list.size(); ++i) {
    unsigned steps = 0;
    for (size_t k = 0; k < table.size(); ++k) {
      int difference = std::abs(int(list[i].choice[k]) - int(from.choice[k]));
      steps += table[k].kind == Knob::Kind::ordinal ? unsigned(difference) : difference != 0;
    }
    if (steps > 0)
      byDistance.emplace_back(steps, uint32_t(i));
  }
  size_t wanted = std::min(fewestNeighbours, byDistance.size());
  std::partial_sort(byDistance.begin(), byDistance.begin() + ptrdiff_t(wanted), byDistance.end());
  for (size_t i = 0; i < wanted && found.size() < fewestNeighbours; ++i)
    if (std::find(found.begin(), found.end(), byDistance[i].second) == found.end())
      found.push_back(byDistance[i].second);
  return found;
}

std::unique_ptr<SearchSpace> makeTableSpace(std::vector<Knob> knobs, std::vector<Schedule> points) {
  return std::make_unique<TableSpace>(std::move(knobs), std::move(points));
}

} // namespace alt
