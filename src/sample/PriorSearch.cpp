#include "sample/PriorSearch.h"
#include "model/Prior.h"
#include <algorithm>
#include <unordered_set>

namespace alt {
namespace {

constexpr size_t populationSize = 1024, parents = 128, generations = 6;

struct Scored {
  Schedule schedule;
  std::vector<float> row;
  float mean;
};

class Evolution {
public:
  Evolution(const SamplerContext &context) : context(context) {}

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
    float mean = context.prior->predict(row).mean;
    pool.push_back({std::move(schedule), std::move(row), mean});
  }

  void keepBest(size_t count) {
    std::stable_sort(pool.begin(), pool.end(),
                     [](const Scored &a, const Scored &b) { return a.mean > b.mean; });
    pool.resize(std::min(pool.size(), count));
  }

  const SamplerContext &context;
  std::unordered_set<Schedule, ScheduleHash> seen;
};

} // namespace

std::vector<Schedule> searchByPrior(const SamplerContext &context, size_t count, Rng &rng) {
  Evolution evolution(context);
  evolution.run(rng);
  std::vector<Scored> &pool = evolution.pool;
  pool.resize(std::min(pool.size(), 16 * count));
  auto members = context.prior->members();
  std::vector<Schedule> chosen;
  std::vector<bool> taken(pool.size());
  for (size_t turn = 0; chosen.size() < std::min(count, pool.size()); ++turn) {
    const GradientBoosting &member = members[turn % members.size()];
    size_t best = pool.size();
    float bestScore = 0;
    for (size_t i = 0; i < pool.size(); ++i) {
      float score = member.predict(pool[i].row);
      if (!taken[i] && (best == pool.size() || score > bestScore)) {
        best = i;
        bestScore = score;
      }
    }
    taken[best] = true;
    chosen.push_back(pool[best].schedule);
  }
  return chosen;
}

} // namespace alt
