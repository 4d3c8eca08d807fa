// Likelihood-free Bayesian optimisation as Helion (PyTorch) has it: 100 random trials, then
// generations: a forest of 100 trees says which schedules are "in the best tenth" (failures are
// not); the neighbours of the best are ranked by it, and a tenth of them is kept greedily by
// probability less mean similarity (share of equal leaves) to those already kept.
#include "sample/Lfbo.h"
#include "model/XGBoost.h"
#include "sample/History.h"
#include "sample/Visited.h"
#include <algorithm>
#include <cmath>

namespace alt {
namespace {

constexpr size_t initial = 100, trees = 100, neighbours = 300, copies = 5;
constexpr double kept = 0.1, quantile = 0.1;

class LfboSampler final : public Sampler {
public:
  explicit LfboSampler(const SamplerContext &context)
      : space(context.space), visited(context.space), history(context.features) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    std::vector<Schedule> batch;
    bool learning = history.size() >= initial && history.anyRan();
    if (learning && plan.empty())
      nextGeneration(rng);
    while (batch.size() < count && !plan.empty()) {
      if (visited.insert(plan.back()))
        batch.push_back(std::move(plan.back()));
      plan.pop_back();
    }
    visited.fill(batch, learning ? std::min<size_t>(count, 1) : count, rng);
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      history.add(observation);
    }
  }

private:
  XGBoost fitForest(std::span<const size_t> order) {
    std::vector<float> labels(history.size(), 0.0f);
    double count = std::max(1.0, quantile * double(history.size()));
    for (size_t i = 0; i < order.size() && double(i) < count; ++i)
      labels[order[i]] = 1;
    double share = 1 / std::sqrt(double(history.rows.columns));
    XGBoost forest(history.rows, labels,
                   {{"objective", "binary:logistic"},
                    {"num_parallel_tree", std::to_string(trees)},
                    {"eta", "1"},
                    {"subsample", "0.632"},
                    {"colsample_bynode", std::to_string(share)},
                    {"max_depth", "12"},
                    {"lambda", "0.01"},
                    {"min_child_weight", "0.1"},
                    {"seed", std::to_string(history.size())}});
    forest.grow();
    return forest;
  }

  void nextGeneration(Rng &rng) {
    std::vector<size_t> order = history.fastest(history.size());
    XGBoost forest = fitForest(order);
    std::vector<Schedule> pool;
    std::unordered_set<Schedule, ScheduleHash> inPool;
    for (size_t p = 0; p < std::min(copies, order.size()); ++p)
      for (size_t n = 0; n < neighbours; ++n) {
        Schedule near = space.neighbour(history.schedules[order[p]], rng);
        for (size_t more = rng() % 3; more > 0; --more) // within a radius of three moves
          near = space.neighbour(near, rng);
        if (!visited.contains(near) && inPool.insert(near).second)
          pool.push_back(std::move(near));
      }
    if (!pool.empty())
      keepDiverse(forest, pool);
  }

  void keepDiverse(const XGBoost &forest, std::vector<Schedule> &pool) {
    Matrix candidates = history.featuresOf(pool);
    std::vector<float> probability = forest.predict(candidates);
    size_t columns = 0;
    std::vector<uint32_t> leaves = forest.leaves(candidates, columns);
    std::vector<double> similarity(pool.size()); // summed over those kept
    std::vector<bool> taken(pool.size());
    size_t count = std::max<size_t>(1, size_t(kept * double(pool.size())));
    for (size_t n = 0; n < count; ++n) {
      size_t best = pool.size();
      double most = -INFINITY;
      for (size_t i = 0; i < pool.size(); ++i) {
        double value = probability[i] - (n ? similarity[i] / double(n) : 0.0);
        if (!taken[i] && value > most) {
          most = value;
          best = i;
        }
      }
      taken[best] = true;
      plan.push_back(pool[best]);
      for (size_t i = 0; i < pool.size(); ++i) {
        size_t equal = 0;
        for (size_t t = 0; t < columns; ++t)
          equal += leaves[i * columns + t] == leaves[best * columns + t];
        similarity[i] += double(equal) / double(columns);
      }
    }
    std::reverse(plan.begin(), plan.end()); // taken from the back
  }

  const SearchSpace &space;
  Visited visited;
  History history;
  std::vector<Schedule> plan;
};

} // namespace

std::unique_ptr<Sampler> makeLfboSampler(const SamplerContext &context) {
  return std::make_unique<LfboSampler>(context);
}

} // namespace alt
