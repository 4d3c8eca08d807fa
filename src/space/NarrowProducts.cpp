#include "alt/NarrowProducts.h"
#include <algorithm>

namespace alt {

std::string dotProductInstructions(const Target &target) {
  auto has = [&](const char *feature) {
    return ("," + target.features + ",").find("," + std::string(feature) + ",") !=
           std::string::npos;
  };
  std::string names;
  if (has("+avx512vl") && has("+avx512bf16"))
    names += "bf16";
  if (has("+avx512vl") && has("+avx512vnni"))
    names += names.empty() ? "vnni" : " vnni";
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

Result<void> checkNarrowProducts(const Workload &workload, const Target &target) {
  bool products =
      workload.anchor == AnchorKind::contraction || workload.anchor == AnchorKind::convolution;
  if (!products || workload.operands.size() != 3 || !oneFactorAlongLanes(workload))
    return {};
  ElementType factor = workload.operands[0].type, sum = workload.operands[2].type;
  bool bf16 = factor == ElementType::bf16 && sum == ElementType::f32,
       bytes = factor == ElementType::i8 && sum == ElementType::i32;
  if (workload.operands[1].type != factor || (!bf16 && !bytes) ||
      dotProductInstructions(target).find(bf16 ? "bf16" : "vnni") != std::string::npos)
    return {};
  return Error{
      ErrorKind::unsupported,
      workload.name + ": products of " + std::string(name(factor)) + " need " +
          (bf16 ? "AVX512-BF16" : "AVX512-VNNI") + ", which this CPU (" + target.cpu +
          ") lacks; convert the kernel to f32, or let each element be widened by --widen."};
}

} // namespace alt
