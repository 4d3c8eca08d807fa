// Which node is to blame for a wrong output: the first one, in topological order, whose value
// differs.
#pragma once
#include "alt/tensor/Agreement.h"
#include "judge/Reference.h"

namespace alt {

/// By the types, and by the narrowest real type that the model's values go through.
Allowance modelAllowance(const Tensor &actual, const Tensor &expected,
                         const std::string &precision);

/// A value of a node that differs from what is expected of it.
struct WrongNode {
  NodeValue value;
  std::string difference; ///< see alt/tensor/Agreement.h
};

/// Of values that are in both lists.
Result<std::optional<WrongNode>> firstDifference(const NodeValues &actual,
                                                 const NodeValues &expected,
                                                 const std::string &precision);

/// Of `expected`, beside what alt's library of `expected.model` returns on a set's inputs. Nothing also
/// where no such library can be made or run.
std::optional<WrongNode> firstWrongValue(const NodeValues &expected,
                                         const std::vector<std::filesystem::path> &inputs,
                                         const JudgeOptions &, const std::string &precision);

/// Of what alt makes of the model, by a library that returns the values of all nodes, or where none
/// can be made or none of them differs, by libraries that return one value each (bisection).
Result<std::optional<WrongNode>> firstWrongNode(const Reference &, const ReferenceSet &,
                                                const JudgeOptions &,
                                                const std::string &precision);

} // namespace alt
