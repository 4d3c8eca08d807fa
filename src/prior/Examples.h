// From records to what a prior is fitted on: the space and the features of each recorded kernel are
// made again from its task, and every schedule becomes a row.
#pragma once
#include "alt/Records.h"
#include "model/Prior.h"

namespace alt {

/// Of any number of files; the error names the file of which nothing can be used.
Result<PriorExamples> readExamples(const std::vector<std::filesystem::path> &files);

} // namespace alt
