// What a timing child does with candidates: check them, then time them. It may die at any moment.
#pragma once
#include "measure/DataSet.h"
#include "measure/Protocol.h"

namespace alt {

/// Runs the reference over the data set, into its outputs.
TimeAnswer runReference(const ReferenceRequest &, DataSet &);
/// Checks and times.
TimeAnswer runCandidates(const TimeRequest &, const DataSet &);

/// From now on a signal that the kernel causes leaves last words in the answer's pipe: "!" and a
/// letter ('w' wrong result, 'm' out of memory, 'c' crashed), then text. The data sets and outputs
/// named here let it say which buffer was hit.
void leaveLastWords(const DataSet *, const std::vector<Region> *outputs);
/// Turns last words into a measurement; nothing when the line has none.
std::optional<Measurement> lastWords(std::string_view line);

} // namespace alt
