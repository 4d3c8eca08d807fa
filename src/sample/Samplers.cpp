// The one table of tuners. A new one is a line here, one .cpp and one test
// (docs/adding-a-sampler.md).
#include "alt/Sampler.h"
#include "alt/Support.h"
#include "sample/Alt.h"
#include "sample/Random.h"

namespace alt {

std::span<const SamplerInfo> samplers() {
  static const SamplerInfo table[] = {
      {"alt", "filter, score and uncertainty predictors, small diverse batches (default)",
       [](const SamplerContext &context) { return makeAltSampler(context, AltOptions{}); }},
      {"random", "uniform random legal schedules", makeRandomSampler},
  };
  return table;
}

Result<const SamplerInfo *> findSampler(std::string_view name) {
  std::vector<std::string> names;
  for (const SamplerInfo &info : samplers()) {
    if (info.name == name)
      return &info;
    names.emplace_back(info.name);
  }
  std::string suggestion = nearest(name, names), known;
  for (const std::string &each : names)
    known += (known.empty() ? "" : ", ") + each;
  return Error{ErrorKind::usage, "There is no tuner '" + std::string(name) + "'; " +
                                     (suggestion.empty() ? "known are " + known + "."
                                                         : "did you mean '" + suggestion + "'?")};
}

} // namespace alt
