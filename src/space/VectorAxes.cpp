// Which axes vectors may run along, and which operands can be copied into what that wants.
#include "space/LoopSpace.h"
#include <algorithm>

namespace alt {

/// Axes that vectors may run along, best first: contiguous in the output and in most inputs;
/// reduction axes (partial sums in the lanes) only where no parallel axis is contiguous anywhere.
std::vector<unsigned> LoopSpace::vectorCandidates() const {
  std::vector<std::pair<int, unsigned>> scored;
  for (unsigned a = 0; a < axes.size(); ++a) {
    if (axes[a].extent < 2)
      continue;
    int score = 0;
    bool contiguous = false;
    for (const Operand &operand : operands) {
      int fit = vectorFit(operand, a);
      score += operand.isOutput ? 2 * fit : fit;
      contiguous |= fit == 2;
    }
    if (!contiguous)
      continue;
    if (axes[a].kind == AxisKind::reduction)
      score -= 3; // the final sum across lanes
    if (axes[a].extent < vectorLanes / 2)
      score -= 2;
    scored.push_back({-score, a});
  }
  std::sort(scored.begin(), scored.end());
  std::vector<unsigned> found;
  for (auto [score, a] : scored)
    if (found.empty() || (found.size() < 2 && -score > 0))
      found.push_back(a);
  if (found.size() == 1)
    if (std::optional<unsigned> axis = sumsInLanes(found.front()))
      found.push_back(*axis);
  return found;
}

/// Where a narrow result leaves lanes of `alternative` empty, a reduction may run along them: one
/// along which one input is contiguous and the other once it is transposed. (The products that
/// algorithms make, which withhold something, lie as they like.)
std::optional<unsigned> LoopSpace::sumsInLanes(unsigned alternative) const {
  constexpr double enough = 0.85;
  int64_t extent = axes[alternative].extent;
  double filled =
      static_cast<double>(extent) / static_cast<double>(ceilDiv(extent, vectorLanes) * vectorLanes);
  bool sameTypes = std::all_of(operands.begin(), operands.end(), [&](const Operand &operand) {
    return operand.type == operands.back().type;
  });
  if (axes[alternative].kind == AxisKind::reduction || filled >= enough || operands.size() != 3 ||
      !sameTypes || !withheld.empty())
    return std::nullopt;
  for (unsigned a = 0; a < axes.size(); ++a) {
    unsigned contiguous = 0, transposed = 0;
    for (unsigned o = 0; o < 2; ++o)
      if (vectorFit(operands[o], a) == 2)
        ++contiguous;
      else
        transposed += transposable(operands[o], a);
    if (axes[a].extent >= 4 * vectorLanes && contiguous == 1 && transposed == 1)
      return a;
  }
  return std::nullopt;
}

/// A copy of the operand may have the dimension along the reduction last.
bool LoopSpace::transposable(const Operand &operand, unsigned axis) const {
  if (axes[axis].kind == AxisKind::parallel || operand.isOutput)
    return false;
  for (size_t d = 0; d + 1 < operand.index.size(); ++d)
    if (coefficient(operand.index[d], axis))
      return operand.index[d] == IndexExpr{{{axis, 1}}, 0} && operand.shape[d] == axes[axis].extent;
  return false;
}

/// Panels follow the register tile of the vector axis, so tiles must start at whole panels.
bool LoopSpace::packable(const Operand &operand, const LoopNest &nest) const {
  if (transposable(operand, nest.vectorAxis))
    return true;
  const LoopNest::Level &axis = nest.axes[nest.vectorAxis];
  auto startsAtPanels = [&](int64_t tile) { return tile == axis.extent || tile % axis.reg == 0; };
  return packableAlong(operand, nest.vectorAxis) && startsAtPanels(axis.tile) &&
         startsAtPanels(axis.par);
}

bool LoopSpace::packableAlong(const Operand &operand, unsigned axis) const {
  return axes[axis].kind == AxisKind::parallel && vectorFit(operand, axis) == 2 &&
         operand.shape.back() == axes[axis].extent;
}

} // namespace alt
