// From records to what a prior is fitted on: the space and the features of each recorded kernel are
// made again from its task, and every schedule becomes a row.
#pragma once
#include "alt/Records.h"
#include "model/Prior.h"

namespace alt {

/// Of any number of files, at least one. The error names a file that says too little, or says that
/// nothing can be used.
Result<PriorExamples> readExamples(const std::vector<std::filesystem::path> &files);

} // namespace alt
