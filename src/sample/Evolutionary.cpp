// Ansor's and MetaSchedule's search: 64 trials an iteration; each evolves 512 schedules for 4
// generations on an XGBoost model of depth 10 of the normalised throughput, mutating 0.85 of them,
// and takes the best unseen, 0.05 of the batch at random. No model before the first iteration.
#include "sample/Evolutionary.h"
#include "model/XGBoost.h"
#include "sample/History.h"
#include "sample/Labels.h"
#include "sample/Visited.h"
#include <algorithm>
#include <cmath>

namespace alt {
namespace {

constexpr size_t perIteration = 64, populationSize = 512, generations = 4;
constexpr double mutated = 0.85, fromMeasured = 0.2, atRandom = 0.05;
constexpr unsigned maxRounds = 500, patience = 50; ///< MetaSchedule stops on the training error too

class EvolutionarySampler final : public Sampler {
public:
  explicit EvolutionarySampler(const SamplerContext &context)
      : space(context.space), visited(context.space), history(context.features) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    if (plan.empty() && history.size() >= perIteration && history.anyRan())
      evolve(rng);
    std::vector<Schedule> batch;
    std::uniform_real_distribution<double> uniform(0, 1);
    while (batch.size() < count && !plan.empty()) {
      bool random = uniform(rng) < atRandom;
      Schedule next = std::move(plan.back());
      plan.pop_back();
      if (!random && visited.insert(next))
        batch.push_back(std::move(next));
      else if (auto drawn = visited.drawNew(rng))
        batch.push_back(std::move(*drawn));
    }
    bool warming = history.size() < perIteration || !history.anyRan();
    visited.fill(batch, warming ? count : std::min<size_t>(count, 1), rng);
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      history.add(observation);
    }
  }

private:
  XGBoost fit() const {
    std::vector<float> labels = throughputLabels(history.seconds);
    XGBoost model(history.rows, labels,
                  {{"objective", "reg:squarederror"},
                   {"max_depth", "10"},
                   {"gamma", "0.001"},
                   {"min_child_weight", "0"},
                   {"eta", "0.2"}});
    double best = INFINITY;
    for (unsigned round = 0, lastGain = 0; round < maxRounds && round < lastGain + patience;
         ++round) {
      model.grow();
      std::vector<float> predictions = model.trainingPredictions();
      double error = 0;
      for (size_t i = 0; i < labels.size(); ++i)
        error += std::pow(predictions[i] - labels[i], 2);
      if (error < best * 0.999) {
        best = error;
        lastGain = round;
      }
    }
    return model;
  }

  void evolve(Rng &rng) {
    XGBoost model = fit();
    std::vector<Schedule> population =
        history.fastestSchedules(size_t(fromMeasured * populationSize));
    while (population.size() < populationSize)
      population.push_back(space.random(rng));
    std::vector<std::pair<float, Schedule>> unseen;
    std::uniform_real_distribution<double> uniform(0, 1);
    for (size_t generation = 0; generation <= generations; ++generation) {
      std::vector<float> score = model.predict(history.featuresOf(population));
      for (size_t i = 0; i < population.size(); ++i)
        if (!visited.contains(population[i]))
          unseen.emplace_back(score[i], population[i]);
      if (generation == generations)
        break;
      std::vector<double> weights;
      for (float each : score)
        weights.push_back(std::max(each, 0.0f) + 1e-6);
      std::discrete_distribution<size_t> parent(weights.begin(), weights.end());
      std::vector<Schedule> next;
      while (next.size() < populationSize) {
        const Schedule &from = population[parent(rng)];
        next.push_back(uniform(rng) < mutated ? space.neighbour(from, rng) : from);
      }
      population = std::move(next);
    }
    std::sort(unseen.begin(), unseen.end());
    unseen.erase(std::unique(unseen.begin(), unseen.end()), unseen.end());
    size_t from = unseen.size() > perIteration ? unseen.size() - perIteration : 0;
    for (; from < unseen.size(); ++from) // best last: taken from the back
      plan.push_back(std::move(unseen[from].second));
  }

  const SearchSpace &space;
  Visited visited;
  History history;
  std::vector<Schedule> plan;
};

} // namespace

std::unique_ptr<Sampler> makeEvolutionarySampler(const SamplerContext &context) {
  return std::make_unique<EvolutionarySampler>(context);
}

} // namespace alt
