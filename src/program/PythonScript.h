// Our scripts, and the Python that they run with: the one that torch-mlir lives in.
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <string>
#include <vector>

namespace alt {

struct PythonScript {
  std::vector<std::string> command; ///< interpreter and script; arguments come after
  std::filesystem::path tools;      ///< the folder of torch-mlir's programs
};

/// `name` is a file of src/program/python; `torchMlir` as in ImportOptions.
Result<PythonScript> findPythonScript(const std::string &name,
                                      const std::filesystem::path &torchMlir);

} // namespace alt
