// Every schedule in order, the last knob fastest: AutoTVM's GridSearchTuner.
#include "sample/Grid.h"
#include "sample/Visited.h"

namespace alt {
namespace {

class GridSampler final : public Sampler {
public:
  explicit GridSampler(const SamplerContext &context)
      : space(context.space),
        visited(context.space), next{std::vector<uint16_t>(context.space.knobs().size(), 0)} {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    std::vector<Schedule> batch;
    // Constraints may leave long gaps in the order; after so many illegal points in a row the gap
    // is left to chance.
    unsigned patience = 1000000;
    while (batch.size() < count && patience > 0) {
      std::optional<Schedule> schedule = advance();
      if (!schedule)
        return batch;
      if (space.legal(*schedule) && visited.insert(*schedule))
        batch.push_back(std::move(*schedule));
      else
        --patience;
    }
    visited.fill(batch, count, rng);
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations)
      visited.insert(observation.schedule);
  }

private:
  std::optional<Schedule> advance() {
    auto points = space.points();
    if (!points.empty())
      return at < points.size() ? std::optional(points[at++]) : std::nullopt;
    if (atEnd)
      return std::nullopt;
    Schedule current = next;
    auto knobs = space.knobs();
    size_t k = knobs.size();
    while (k > 0 && ++next.choice[k - 1] == knobs[k - 1].options.size())
      next.choice[--k] = 0;
    atEnd = k == 0;
    return current;
  }

  const SearchSpace &space;
  Visited visited;
  size_t at = 0; ///< in a listed space
  Schedule next; ///< in any other
  bool atEnd = false;
};

} // namespace

std::unique_ptr<Sampler> makeGridSampler(const SamplerContext &context) {
  return std::make_unique<GridSampler>(context);
}

} // namespace alt
