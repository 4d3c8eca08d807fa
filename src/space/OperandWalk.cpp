#include "space/OperandWalk.h"
#include <algorithm>
#include <numeric>

namespace alt {

int64_t strideAlong(const Operand &operand, unsigned axis) {
  int64_t stride = 0, below = 1;
  for (size_t d = operand.index.size(); d-- > 0; below *= operand.shape[d])
    for (const IndexExpr::Term &term : operand.index[d].terms)
      if (term.axis == axis)
        stride += term.coefficient * below;
  return stride;
}

int64_t coefficient(const IndexExpr &index, unsigned axis) {
  for (const IndexExpr::Term &term : index.terms)
    if (term.axis == axis)
      return term.coefficient;
  return 0;
}

int vectorFit(const Operand &operand, unsigned axis) {
  int fit = 1;
  for (size_t d = 0; d < operand.index.size(); ++d)
    if (int64_t c = coefficient(operand.index[d], axis))
      fit = d + 1 == operand.index.size() && c == 1 && fit == 1 ? 2 : -4;
  return fit;
}

bool slides(const Operand &operand) {
  return std::any_of(operand.index.begin(), operand.index.end(),
                     [](const IndexExpr &index) { return index.terms.size() > 1; });
}

std::vector<Window> windowsOver(const Operand &operand, const std::vector<Axis> &axes) {
  std::vector<Window> windows;
  for (const IndexExpr &index : operand.index) {
    const IndexExpr::Term *output = nullptr, *tap = nullptr;
    for (const IndexExpr::Term &term : index.terms)
      if (axes[term.axis].extent > 1)
        (axes[term.axis].kind == AxisKind::parallel ? output : tap) = &term;
    if (output && tap)
      windows.push_back({output->axis, tap->axis, output->coefficient, tap->coefficient});
  }
  return windows;
}

int64_t positions(const Window &window, int64_t outputs, int64_t taps) {
  int64_t common = std::gcd(window.stride, window.dilation);
  int64_t again = std::max<int64_t>(0, outputs - window.dilation / common) *
                  std::max<int64_t>(0, taps - window.stride / common);
  return outputs * taps - again;
}

} // namespace alt
