// Uniform random legal schedules, none twice: the floor that any learner has to beat.
#include "sample/Random.h"
#include "sample/Visited.h"

namespace alt {
namespace {

class RandomSampler final : public Sampler {
public:
  explicit RandomSampler(const SamplerContext &context) : visited(context.space) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    std::vector<Schedule> batch;
    visited.fill(batch, count, rng);
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations)
      visited.insert(observation.schedule);
  }

private:
  Visited visited;
};

} // namespace

std::unique_ptr<Sampler> makeRandomSampler(const SamplerContext &context) {
  return std::make_unique<RandomSampler>(context);
}

} // namespace alt
