#include "sample/Expectation.h"
#include "model/Prior.h"
#include <algorithm>
#include <cmath>

namespace alt {

Expectation::Expectation(const SamplerContext &context, bool analytic) {
  if (context.prior && context.prior->features() == context.features.version()) {
    prior = context.prior;
    return;
  }
  if (!analytic || context.features.version() != loopFeaturesVersion)
    return;
  auto names = context.features.names();
  auto column = [&](std::string_view name) {
    return size_t(std::ranges::find(names, name) - names.begin());
  };
  cost = {column("efficiency"), column("kernel.iterations_per_flop")};
  std::vector<float> row(names.size());
  context.features.extract(context.space.defaultSchedule(), row);
  best = speed(row);
  Rng rng(1); // the same unit each time
  for (int i = 0; i < 500; ++i) {
    context.features.extract(context.space.random(rng), row);
    best = std::max(best, speed(row));
  }
}

float Expectation::of(std::span<const float> row) const {
  return prior ? prior->predict(row).mean : cost ? std::exp2(speed(row) - best) : 0;
}

std::vector<float> Expectation::of(const Columns &rows) const {
  std::vector<float> all(rows.rows, 0);
  if (prior)
    std::ranges::transform(prior->predict(rows), all.begin(), &Committee::Prediction::mean);
  else if (cost)
    std::transform(rows.column(cost->efficiency), rows.column(cost->efficiency) + rows.rows,
                   rows.column(cost->iterations), all.begin(),
                   [&](float efficiency, float iterations) {
                     return std::exp2(efficiency - iterations - best);
                   });
  return all;
}

size_t Expectation::views() const { return prior ? prior->members().size() : 1; }

float Expectation::view(size_t number, std::span<const float> row) const {
  return prior ? prior->members()[number].predict(row) : of(row);
}

} // namespace alt
