#include "model/Prior.h"

namespace alt {

Prior Prior::fit(std::string_view features, const PriorExamples &examples,
                 const PriorOptions &options, std::mt19937_64 &rng) {
  // A kernel counts as much as another, however often it was measured.
  std::vector<float> share(examples.kernels.size(), 0);
  for (uint32_t kernel : examples.kernel)
    share[kernel] += 1;
  float mean = float(examples.rows.rows()) / float(examples.kernels.size());
  for (float &each : share)
    each = each > 0 ? mean / each : 0;

  BinnedRows binned(examples.rows);
  std::vector<GradientBoosting> members;
  std::exponential_distribution<float> exponential(1.0f);
  for (unsigned m = 0; m < options.members; ++m) {
    std::vector<float> drawn(share), weights;
    for (float &each : drawn)
      each *= exponential(rng); // Bayesian bootstrap of the kernels
    for (uint32_t kernel : examples.kernel)
      weights.push_back(drawn[kernel]);
    members.push_back(
        GradientBoosting::fit(binned, examples.quality, weights, options.boosting, rng));
  }
  return {std::string(features), examples.rows.columns, unsigned(examples.kernels.size()),
          unsigned(examples.rows.rows()), Committee(std::move(members))};
}

} // namespace alt
