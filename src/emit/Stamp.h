// What makes a header fit one library only.
#pragma once
#include "alt/Program.h"
#include <string>

namespace alt {

/// 16 hex digits over what a program computes: types, shapes and names of its inputs and outputs, its
/// kernels, its calls and its weights. Schedules and threads have no part in it.
Result<std::string> stampOf(const Program &);

/// "net_init_<stamp>": what a function of the header is called in the library.
std::string stamped(const Program &, const std::string &function, const std::string &stamp);

/// The functions that carry the stamp: a program that uses the library calls one of them.
inline constexpr const char *stampedFunctions[] = {"init", "run", "run_arrays"};

} // namespace alt
