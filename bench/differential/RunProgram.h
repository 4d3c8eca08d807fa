// Kernels and whole programs run in this process, and compared with their references.
#pragma once
#include "Check.h"
#include "alt/LoadedKernel.h"
#include "alt/Lower.h"
#include "alt/Program.h"
#include "measure/DataSet.h"

namespace alt::differential {

/// A kernel's inputs, and what its reference makes of them.
class Subject {
public:
  /// `special` puts NaNs, infinities, zeros and large numbers among the inputs.
  Subject(const Workload &, bool special);
  /// False with a reason.
  bool makeReference(const std::filesystem::path &folder, std::string &detail);
  Pair::Verdict check(const LowerRequest &, unsigned threads, const std::filesystem::path &folder,
                      std::string &detail);
  /// Whether outputs, in order, are as the reference has them.
  Pair::Verdict compare(const std::vector<const std::byte *> &outputs, std::string &detail) const;
  const DataSet &data() const { return *set; }

private:
  Workload workload;
  std::unique_ptr<DataSet> set;
};

/// All calls of the program in order, every kernel by its default schedule.
Pair::Verdict runDefaults(const Program &, const Subject &whole,
                          const std::filesystem::path &folder, std::string &detail);

} // namespace alt::differential
