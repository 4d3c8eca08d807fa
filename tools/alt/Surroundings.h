// What a process may find itself in, put right before anything else is done.
#pragma once
#include "alt/Result.h"

namespace alt {

/// Descriptors 0 to 2 are open, deaths of children are told, the stack has room. Starts the program
/// again where that is needed. The error says what cannot be put right.
Result<void> prepareSurroundings(char **argv);

} // namespace alt
