// AutoTVM's GATuner: population 100, elite 3, parents drawn in proportion to throughput, one-point
// crossover, mutation 0.1 a knob. A child that breaks a constraint is bred again, at last replaced
// by a neighbour of its parent (TVM's spaces have no constraints).
#include "sample/Genetic.h"
#include "sample/Labels.h"
#include "sample/Visited.h"
#include <algorithm>

namespace alt {
namespace {

constexpr size_t populationSize = 100, eliteSize = 3;
constexpr double mutation = 0.1;

class GeneticSampler final : public Sampler {
public:
  explicit GeneticSampler(const SamplerContext &context)
      : space(context.space), visited(context.space) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    if (generation.size() >= populationSize)
      breed(rng);
    std::vector<Schedule> batch;
    while (batch.size() < count && !children.empty()) {
      batch.push_back(std::move(children.back()));
      children.pop_back();
    }
    while (batch.size() < count && generations == 0) {
      std::optional<Schedule> schedule = visited.drawNew(rng);
      if (!schedule)
        break;
      batch.push_back(std::move(*schedule));
    }
    if (batch.empty()) // children asked but not told yet, or all duplicates: keep the search alive
      if (std::optional<Schedule> schedule = visited.drawNew(rng))
        batch.push_back(std::move(*schedule));
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      generation.push_back({observation.schedule, observation.measurement.seconds().count()});
    }
  }

private:
  struct Individual {
    Schedule schedule;
    double seconds;
  };

  void breed(Rng &rng) {
    generation.insert(generation.end(), elite.begin(), elite.end());
    std::stable_sort(generation.begin(), generation.end(),
                     [](const auto &a, const auto &b) { return a.seconds < b.seconds; });
    elite.assign(generation.begin(), generation.begin() + eliteSize);
    std::vector<double> seconds, weights;
    for (const Individual &each : generation)
      seconds.push_back(each.seconds);
    for (float label : throughputLabels(seconds))
      weights.push_back(label + 1e-8);
    std::discrete_distribution<size_t> parent(weights.begin(), weights.end());
    children.clear();
    for (size_t i = 0; i < populationSize; ++i)
      if (std::optional<Schedule> child =
              breedOne(generation[parent(rng)].schedule, generation[parent(rng)].schedule, rng))
        children.push_back(std::move(*child));
    generation.clear();
    ++generations;
  }

  std::optional<Schedule> breedOne(const Schedule &mother, const Schedule &father, Rng &rng) {
    auto knobs = space.knobs();
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int tries = 0; tries < 100; ++tries) {
      Schedule child = mother;
      for (size_t k = rng() % knobs.size(); k < knobs.size(); ++k)
        child.choice[k] = father.choice[k];
      for (size_t k = 0; k < knobs.size(); ++k)
        if (uniform(rng) < mutation)
          child.choice[k] = uint16_t(rng() % knobs[k].options.size());
      if (space.legal(child) && visited.insert(child))
        return child;
    }
    for (int tries = 0; tries < 100; ++tries)
      if (Schedule child = space.neighbour(mother, rng); visited.insert(child))
        return child;
    return visited.drawNew(rng);
  }

  const SearchSpace &space;
  Visited visited;
  std::vector<Individual> generation; ///< told since the last breeding
  std::vector<Individual> elite;
  std::vector<Schedule> children; ///< bred, not asked yet
  unsigned generations = 0;
};

} // namespace

std::unique_ptr<Sampler> makeGeneticSampler(const SamplerContext &context) {
  return std::make_unique<GeneticSampler>(context);
}

} // namespace alt
