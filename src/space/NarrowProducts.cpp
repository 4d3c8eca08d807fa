#include "alt/NarrowProducts.h"
#include "space/ProductInstructions.h"
#include <algorithm>

namespace alt {

std::string dotProductInstructions(const Target &target) {
  std::string names;
  for (const ProductInstruction &row : productInstructions())
    if (!row.tile && isAvailable(row, target))
      names += (names.empty() ? "" : " ") + std::string(row.name);
  return names;
}

/// One factor runs along the lanes, the other is the same for all: not so in depthwise
/// convolutions.
static bool oneFactorAlongLanes(const Workload &workload) {
  const Operand &out = workload.operands.back();
  if (out.index.empty() || out.index.back().terms.empty())
    return false;
  unsigned lanes = out.index.back().terms.front().axis;
  auto runsAlong = [&](const Operand &operand) {
    return std::any_of(operand.index.begin(), operand.index.end(), [&](const IndexExpr &index) {
      return std::any_of(index.terms.begin(), index.terms.end(),
                         [&](const IndexExpr::Term &term) { return term.axis == lanes; });
    });
  };
  return runsAlong(workload.operands[0]) != runsAlong(workload.operands[1]);
}

/// What the error calls the instructions for products of the element.
static std::string_view extensionFor(ElementType element) {
  return element == ElementType::bf16 ? "AVX512-BF16" : "AVX512-VNNI";
}

Result<void> checkNarrowProducts(const Workload &workload, const Target &target) {
  bool products =
      workload.anchor == AnchorKind::contraction || workload.anchor == AnchorKind::convolution;
  if (!products || workload.operands.size() != 3 || !oneFactorAlongLanes(workload))
    return {};
  ElementType factor = workload.operands[0].type, sum = workload.operands[2].type;
  bool known = false; // by the table, whether or not this target has it
  for (const ProductInstruction &row : productInstructions())
    if (row.element == factor && row.sum == sum) {
      known = true;
      if (isAvailable(row, target))
        return {};
    }
  if (workload.operands[1].type != factor || !known)
    return {};
  return Error{
      ErrorKind::unsupported,
      workload.name + ": products of " + std::string(name(factor)) + " need " +
          std::string(extensionFor(factor)) + ", which this CPU (" + target.cpu +
          ") lacks; convert the kernel to f32, or let each element be widened by --widen."};
}

} // namespace alt
