#include "alt/CheckWorkload.h"
#include "alt/ElementCount.h"
#include <algorithm>
#include <set>

namespace alt {

namespace {

/// More than any kernel has loops, and few enough for a space to be made of them.
constexpr size_t mostAxes = 24;
constexpr int64_t farthest = int64_t(1) << 40; ///< of strides, offsets and pads

bool isFar(int64_t value) { return value < -farthest || value > farthest; }

std::string wrongAxes(const std::vector<Axis> &axes) {
  if (axes.size() > mostAxes)
    return "it has " + std::to_string(axes.size()) + " loops, and no kernel has more than " +
           std::to_string(mostAxes);
  std::set<std::string> names;
  std::vector<int64_t> extents;
  for (const Axis &axis : axes) {
    if (axis.extent < 1)
      return "loop " + axis.name + " has " + std::to_string(axis.extent) + " steps";
    if (!names.insert(axis.name).second)
      return "two loops are called " + axis.name;
    extents.push_back(axis.extent);
  }
  for (int64_t extent : extents)
    if (extent > mostElements)
      return "a loop has more steps than any memory has elements";
  return "";
}

template <class Shaped> std::string wrongShape(const Shaped &tensor) {
  std::optional<int64_t> count = countElements(tensor.shape);
  return count && *count > 0 ? "" : "no tensor has the shape of " + tensor.name;
}

std::string wrongOperand(const Operand &operand, size_t axes) {
  if (std::string wrong = wrongShape(operand); !wrong.empty())
    return wrong;
  size_t rank = operand.shape.size();
  for (const auto *pad : {&operand.padLow, &operand.padHigh})
    if ((!pad->empty() && pad->size() != rank) || std::any_of(pad->begin(), pad->end(), isFar))
      return operand.name + " is padded as nothing can be";
  if (operand.index.size() != rank)
    return operand.name + " has not one index for each dimension";
  for (const IndexExpr &index : operand.index) {
    if (isFar(index.constant))
      return operand.name + " is read far from where it is";
    for (const IndexExpr::Term &term : index.terms)
      if (term.axis >= axes || isFar(term.coefficient))
        return operand.name + " is indexed by a loop that is not there";
  }
  return "";
}

} // namespace

std::string whatIsWrong(const Workload &workload) {
  if (std::string wrong = wrongAxes(workload.axes); !wrong.empty())
    return wrong;
  for (const Operand &operand : workload.operands)
    if (std::string wrong = wrongOperand(operand, workload.axes.size()); !wrong.empty())
      return wrong;
  for (const Argument &argument : workload.arguments)
    if (std::string wrong = wrongShape(argument); !wrong.empty())
      return wrong;
  for (const FusedResult &result : workload.fusedResults)
    for (unsigned axis : result.axes)
      if (axis >= workload.axes.size())
        return "a fused result runs along a loop that is not there";
  return "";
}

} // namespace alt
