#include "alt/CompareLibraries.h"
#include "alt/tensor/Agreement.h"
#include "emit/RunInChild.h"

namespace alt {

namespace fs = std::filesystem;

Result<LibraryComparison> compareLibraries(const fs::path &alt, const fs::path &actual,
                                           const fs::path &expected, const fs::path &work) {
  Result<RunOutcome> wanted = runInChild(alt, expected, {}, work / "expected");
  if (!wanted)
    return wanted.error();
  LibraryComparison comparison;
  if (!wanted->failure.empty()) {
    comparison.notCompared = wanted->failure;
    return comparison;
  }
  Result<RunOutcome> found = runInChild(alt, actual, {}, work / "actual");
  if (!found)
    return found.error();
  if (!found->failure.empty())
    comparison.difference = found->failure;
  for (size_t o = 0; o < found->outputs.size() && !comparison.difference; ++o)
    comparison.difference =
        difference(found->outputs[o], wanted->outputs[o],
                   allowance(Scope::model, wanted->outputs[o].spec.type));
  return comparison;
}

} // namespace alt
