// What a workload's candidates are run on: random inputs and the outputs they must give.
#pragma once
#include "alt/Workload.h"
#include "measure/Region.h"
#include <optional>
#include <string>
#include <vector>

namespace alt {

/// The inputs' values are a function of the workload's id, so that a restarted server has the same.
class DataSet {
public:
  /// `positive` draws floats from [0.5, 1.5) instead of [-1, 1): for kernels whose results are not
  /// finite otherwise (square roots, logarithms). Empty regions when memory runs out.
  DataSet(std::vector<Argument> arguments, uint64_t seed, bool positive);

  const std::vector<Argument> &arguments() const { return args; }
  /// Inputs' values; for outputs, where the reference writes what is expected (shared memory).
  const std::vector<Region> &regions() const { return memory; }
  bool complete() const;
  /// From now on nobody, forked children included, can change inputs or expectations.
  void freeze();
  bool finite() const; ///< every expected float is

private:
  std::vector<Argument> args;
  std::vector<Region> memory;
};

/// Fills an output with values that no kernel writes (NaNs of a certain payload).
void poison(Region &, ElementType);

/// The first element that is wrong or was not written, as text; nothing when the output is right, by
/// the criterion of alt/tensor/Agreement.h for one kernel.
std::optional<std::string> firstWrong(const Argument &, const std::byte *actual,
                                      const std::byte *expected);

} // namespace alt
