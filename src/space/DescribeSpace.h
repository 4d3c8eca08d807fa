// A derived search space as the plain data that a script is: what it is printed from.
#pragma once
#include "space/TuneScript.h"

namespace alt {

/// TuneScriptSpace::make(describe(space)) has the same knobs, default and legal points, except that
/// constraints which are no arithmetic are left out.
TuneScript describe(const SearchSpace &);

} // namespace alt
