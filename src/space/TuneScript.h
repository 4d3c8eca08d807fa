// What may be chosen in a transform script that a user wrote, as plain data: lower/ReadScript.h
// makes it from the script, TuneScriptSpace searches it.
#pragma once
#include "alt/SearchSpace.h"
#include "space/Expression.h"

namespace alt {

struct Tunable {
  Knob knob;
  std::vector<int64_t> values; ///< what constraints see of an option: the integer, else its number
  std::vector<uint16_t> preferred; ///< the options in the script's order: the first is the default
};

struct TuneScript {
  std::vector<Tunable> tunables;
  Expressions expressions;           ///< knob k is tunables[k]
  std::vector<unsigned> constraints; ///< terms that must not be 0
};

} // namespace alt
