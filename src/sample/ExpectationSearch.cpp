#include "sample/ExpectationSearch.h"
#include "sample/Novelty.h"
#include <algorithm>
#include <unordered_set>

namespace alt {
namespace {

constexpr size_t populationSize = 1024, parents = 128, generations = 6;

struct Scored {
  Schedule schedule;
  std::vector<float> row;
  float mean;
  float nearest = 1; ///< distance to what was chosen, Novelty's
};

class Evolution {
public:
  Evolution(const SamplerContext &context, const Expectation &expectation)
      : context(context), expectation(expectation) {}

  /// A random population, then the neighbours of its best, generation after generation.
  void run(Rng &rng) {
    for (size_t i = 0; i < populationSize; ++i)
      add(context.space.random(rng));
    add(context.space.defaultSchedule());
    for (size_t generation = 0; generation < generations; ++generation) {
      keepBest(parents);
      size_t parentCount = pool.size();
      for (size_t i = parentCount; i < populationSize; ++i)
        add(context.space.neighbour(pool[i % parentCount].schedule, rng));
    }
    keepBest(populationSize);
  }

  std::vector<Scored> pool; ///< best first after run()

private:
  void add(Schedule schedule) {
    if (!seen.insert(schedule).second)
      return;
    std::vector<float> row(context.features.names().size());
    context.features.extract(schedule, row);
    float mean = expectation.of(row);
    pool.push_back({std::move(schedule), std::move(row), mean});
  }

  void keepBest(size_t count) {
    std::stable_sort(pool.begin(), pool.end(),
                     [](const Scored &a, const Scored &b) { return a.mean > b.mean; });
    pool.resize(std::min(pool.size(), count));
  }

  const SamplerContext &context;
  const Expectation &expectation;
  std::unordered_set<Schedule, ScheduleHash> seen;
};

} // namespace

std::vector<Schedule> searchByExpectation(const SamplerContext &context,
                                          const Expectation &expectation,
                                          std::vector<Schedule> chosen, size_t count, double spread,
                                          Rng &rng) {
  Evolution evolution(context, expectation);
  evolution.run(rng);
  std::vector<Scored> &pool = evolution.pool;
  size_t views = expectation.views();
  if (views > 1) {
    spread = 0;
    pool.resize(std::min(pool.size(), 16 * count));
  }
  Novelty distances(context.space);
  auto countAsChosen = [&](const Schedule &schedule) {
    for (Scored &each : pool)
      each.nearest = std::min(each.nearest, distances.distance(each.schedule, schedule));
  };
  std::vector<bool> taken(pool.size());
  for (size_t i = 0; i < pool.size(); ++i)
    taken[i] = std::ranges::find(chosen, pool[i].schedule) != chosen.end();
  if (views == 1)
    std::ranges::for_each(chosen, countAsChosen);
  for (size_t turn = 0; chosen.size() < count; ++turn) {
    size_t best = pool.size();
    float bestScore = 0;
    for (size_t i = 0; i < pool.size(); ++i) {
      float score = expectation.view(turn % views, pool[i].row) + float(spread) * pool[i].nearest;
      if (!taken[i] && (best == pool.size() || score > bestScore)) {
        best = i;
        bestScore = score;
      }
    }
    if (best == pool.size())
      break;
    taken[best] = true;
    chosen.push_back(pool[best].schedule);
    if (views == 1)
      countAsChosen(chosen.back());
  }
  return chosen;
}

} // namespace alt
