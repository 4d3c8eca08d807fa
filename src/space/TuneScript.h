// What may be chosen in a transform script that a user wrote, as plain data: lower/ReadScript.h
// makes it from the script, TuneScriptSpace searches it.
#pragma once
#include "alt/SearchSpace.h"
#include "space/Expression.h"

namespace alt {

struct Tunable {
  Knob knob;
  /// What constraints see of an option: the integer; of names the position in the script's list.
  std::vector<int64_t> values;
  std::vector<uint16_t> preferred; ///< the options in the script's order: the first is the default
};

struct Constraint {
  unsigned term;      ///< must not be 0
  std::string reason; ///< for people; "" when it is the user's
};

struct TuneScript {
  std::vector<Tunable> tunables;
  Expressions expressions; ///< knob k is tunables[k]
  std::vector<Constraint> constraints;
};

} // namespace alt
