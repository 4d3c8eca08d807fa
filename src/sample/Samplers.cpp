// The one table of tuners. A new one is a line here, one .cpp and one test
// (docs/adding-a-sampler.md).
#include "alt/Options.h"
#include "alt/Sampler.h"
#include "alt/Support.h"
#include "sample/Alt.h"
#include "sample/Annealing.h"
#include "sample/AutoTvm.h"
#include "sample/Evolutionary.h"
#include "sample/Genetic.h"
#include "sample/Grid.h"
#include "sample/Lfbo.h"
#include "sample/Random.h"

namespace alt {

std::span<const SamplerInfo> samplers() {
  static const SamplerInfo table[] = {
      {"alt", "filter, score and uncertainty predictors, small diverse batches (default)",
       [](const SamplerContext &context) { return makeAltSampler(context, AltOptions{}); }},
      {"autotvm", "AutoTVM 2018-2023: XGBoost with rank loss, simulated annealing on the model",
       [](const SamplerContext &c) { return makeAutoTvmSampler(c, AutoTvmLoss::rank); }},
      {"autotvm-reg", "AutoTVM since 2023: the same with regression loss",
       [](const SamplerContext &c) { return makeAutoTvmSampler(c, AutoTvmLoss::regression); }},
      {"evolutionary", "Ansor's and MetaSchedule's search: evolution on an XGBoost model",
       makeEvolutionarySampler},
      {"lfbo", "Helion's search: a forest that tells the best tenth, diverse neighbours",
       makeLfboSampler},
      {"genetic", "AutoTVM's genetic algorithm on the measured times", makeGeneticSampler},
      {"annealing", "simulated annealing on the measured times", makeAnnealingSampler},
      {"grid", "every schedule in order", makeGridSampler},
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

Result<std::unique_ptr<Sampler>> makeSampler(std::string_view spec, const SamplerContext &context) {
  std::string_view name = spec.substr(0, spec.find(':'));
  Result<const SamplerInfo *> info = findSampler(name);
  if (!info)
    return info.error();
  if (name == spec)
    return (*info)->make(context);
  if (name != "alt")
    return Error{ErrorKind::usage, "The tuner '" + std::string(name) + "' has no options."};
  AltOptions options;
  OptionTable table;
  bind(table, options);
  for (std::string_view rest = spec.substr(name.size() + 1); !rest.empty();) {
    std::string_view word = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    size_t equals = std::min(word.find('='), word.size());
    std::string_view value = equals < word.size() ? word.substr(equals + 1) : "true";
    if (Result<void> set = table.set(word.substr(0, equals), value); !set)
      return set.error();
  }
  return makeAltSampler(context, options);
}

} // namespace alt
