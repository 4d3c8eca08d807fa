// Simulated annealing on the measured times, as Kernel Tuner's: temperature 1, times 0.995 a trial,
// down to 0.001; a slower neighbour is accepted with exp(-(new - old) / old / temperature);
// restarts from a random schedule where no new neighbour is left.
#include "sample/Annealing.h"
#include "sample/Visited.h"
#include <cmath>

namespace alt {
namespace {

class AnnealingSampler final : public Sampler {
public:
  explicit AnnealingSampler(const SamplerContext &context)
      : space(context.space), visited(context.space) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    decide(rng);
    std::vector<Schedule> batch;
    while (batch.size() < count) {
      std::optional<Schedule> next = current ? newNeighbour(rng) : std::nullopt;
      if (!next)
        next = visited.drawNew(rng);
      if (!next)
        break;
      batch.push_back(std::move(*next));
    }
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      answers.push_back({observation.schedule, observation.measurement.seconds().count()});
    }
  }

  size_t preferredBatch() const override { return 1; } // a chain has one head

private:
  struct Point {
    Schedule schedule;
    double seconds;
  };

  void decide(Rng &rng) {
    std::uniform_real_distribution<double> uniform(0, 1);
    for (Point &answer : answers) {
      temperature = std::max(0.001, temperature * 0.995);
      if (!std::isfinite(answer.seconds))
        continue;
      double loss = current ? (answer.seconds - current->seconds) / current->seconds : -1;
      if (loss < 0 || uniform(rng) < std::exp(-loss / temperature))
        current = std::move(answer);
    }
    answers.clear();
  }

  std::optional<Schedule> newNeighbour(Rng &rng) {
    for (int tries = 0; tries < 64; ++tries)
      if (Schedule next = space.neighbour(current->schedule, rng); visited.insert(next))
        return next;
    return std::nullopt;
  }

  const SearchSpace &space;
  Visited visited;
  std::vector<Point> answers;
  std::optional<Point> current;
  double temperature = 1;
};

} // namespace

std::unique_ptr<Sampler> makeAnnealingSampler(const SamplerContext &context) {
  return std::make_unique<AnnealingSampler>(context);
}

} // namespace alt
