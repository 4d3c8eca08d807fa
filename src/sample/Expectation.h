// What is expected of a schedule before its kernel was measured: what a prior says, else, cold,
// what the analytic cost of its loop nest says.
#pragma once
#include "alt/Sampler.h"
#include "model/Matrix.h"
#include <optional>

namespace alt {

class Expectation {
public:
  /// Of nothing when neither is there: no prior, or one of other features, and features that have
  /// no analytic cost among them. `analytic` off: only a prior will do.
  Expectation(const SamplerContext &, bool analytic);

  bool exists() const { return prior || cost; }
  /// As a share of the kernel's best throughput: of the best of some random schedules', by the
  /// analytic cost.
  float of(std::span<const float> row) const;
  std::vector<float> of(const Columns &rows) const;
  /// Different views of it: a prior's members; of the cost there is one.
  size_t views() const;
  float view(size_t number, std::span<const float> row) const;

private:
  /// Columns of the analytic cost, both log2: how near to the peak, doing how much for a result.
  struct Cost {
    size_t efficiency, iterations;
  };
  /// log2 of the throughput.
  float speed(std::span<const float> row) const {
    return row[cost->efficiency] - row[cost->iterations];
  }

  const Prior *prior = nullptr;
  std::optional<Cost> cost;
  float best = 0; ///< the speed that counts as 1
};

} // namespace alt
