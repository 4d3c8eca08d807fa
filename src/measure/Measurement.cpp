#include "alt/Measure.h"
#include <algorithm>
#include <limits>

namespace alt {

static constexpr std::string_view outcomeNames[outcomeCount] = {
    "ok",      "schedule_refused", "compile_failed", "compile_timed_out", "run_timed_out",
    "crashed", "out_of_memory",    "wrong_result",
};

std::string_view name(Outcome outcome) { return outcomeNames[static_cast<unsigned>(outcome)]; }

std::optional<Outcome> outcomeFromName(std::string_view text) {
  for (unsigned i = 0; i < outcomeCount; ++i)
    if (outcomeNames[i] == text)
      return static_cast<Outcome>(i);
  return std::nullopt;
}

Seconds Measurement::seconds() const {
  if (!ok() || samples.empty())
    return Seconds(std::numeric_limits<double>::infinity());
  // The 20 % quantile: the minimum trusts one lucky sample, the median a busy neighbour.
  std::vector<Seconds> sorted = samples;
  auto at = sorted.begin() + static_cast<ptrdiff_t>((sorted.size() - 1) / 5);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

} // namespace alt
