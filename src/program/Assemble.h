// Simplified functions cut into kernels, and the calls and loops that run them.
#pragma once
#include "alt/Program.h"
#include "program/ReadModule.h"
#include "program/Weights.h"
#include <map>

namespace alt {

struct Assembled {
  Program program;                        ///< without a name and a weights file
  std::map<size_t, size_t> weightOfValue; ///< which weight each value of kind weight is
};

Result<Assembled> assemble(Functions &, const Weights &);
/// The function itself is the one kernel, and its arguments are the kernel's.
Result<Assembled> assembleAsWritten(mlir::func::FuncOp, const Weights &, std::string name);

} // namespace alt
