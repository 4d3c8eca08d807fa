#include "space/DescribeSpace.h"
#include "space/AlgorithmSpace.h"

namespace alt {

/// The default is listed first; names are seen by their position in that list.
static Tunable tunable(const Knob &knob, uint16_t fallback) {
  Tunable tunable{knob, {}, {fallback}};
  for (uint16_t option = 0; option < knob.options.size(); ++option)
    if (option != fallback)
      tunable.preferred.push_back(option);
  tunable.values.resize(knob.options.size());
  for (size_t position = 0; position < tunable.preferred.size(); ++position) {
    uint16_t option = tunable.preferred[position];
    tunable.values[option] = knob.kind == Knob::Kind::categorical
                                 ? static_cast<int64_t>(position)
                                 : static_cast<int64_t>(knob.options[option]);
  }
  return tunable;
}

TuneScript describe(const SearchSpace &space) {
  TuneScript script;
  Schedule fallback = space.defaultSchedule();
  for (size_t k = 0; k < space.knobs().size(); ++k)
    script.tunables.push_back(tunable(space.knobs()[k], fallback.choice[k]));
  if (const auto *derived = dynamic_cast<const AlgorithmSpace *>(&space))
    script.constraints = derived->constraints(script);
  // Some hold whatever is chosen.
  std::vector<Expressions::Value> open(script.tunables.size()), terms;
  script.expressions.evaluate(open, terms);
  std::erase_if(script.constraints,
                [&](const Constraint &c) { return terms[c.term].value_or(0) != 0; });
  return script;
}

} // namespace alt
