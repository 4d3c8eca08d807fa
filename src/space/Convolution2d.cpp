#include "space/Convolution2d.h"
#include <algorithm>

namespace alt {

namespace {

/// The one axis of a plain index, or -1.
int plainAxis(const IndexExpr &index) {
  bool plain = index.terms.size() == 1 && index.constant == 0 && index.terms[0].coefficient == 1;
  return plain ? static_cast<int>(index.terms[0].axis) : -1;
}

/// The window axis that slides with `axis`, or -1.
int windowAxis(const IndexExpr &index, int axis) {
  if (index.terms.size() != 2 || index.constant != 0)
    return -1;
  for (int k : {0, 1})
    if (static_cast<int>(index.terms[k].axis) == axis)
      return static_cast<int>(index.terms[1 - k].axis);
  return -1;
}

bool slidesByOne(const IndexExpr &index) {
  return std::all_of(index.terms.begin(), index.terms.end(),
                     [](const IndexExpr::Term &term) { return term.coefficient == 1; });
}

} // namespace

std::optional<Convolution2d> Convolution2d::of(const Workload &workload) {
  if (workload.anchor != AnchorKind::convolution || workload.axes.size() != 7 ||
      workload.operands.size() != 3)
    return std::nullopt;
  for (const Operand &operand : workload.operands)
    if (operand.index.size() != 4)
      return std::nullopt;
  const Operand &in = workload.operands[0], &filter = workload.operands[1],
                &out = workload.operands[2];
  int image = plainAxis(out.index[0]), row = plainAxis(out.index[1]),
      column = plainAxis(out.index[2]), feature = plainAxis(out.index[3]),
      channel = plainAxis(in.index[3]);
  int windowRow = windowAxis(in.index[1], row), windowColumn = windowAxis(in.index[2], column);
  if (image < 0 || row < 0 || column < 0 || feature < 0 || channel < 0 || windowRow < 0 ||
      windowColumn < 0 || plainAxis(in.index[0]) != image || plainAxis(filter.index[3]) != feature)
    return std::nullopt;
  for (int axis : {windowRow, windowColumn, channel})
    if (std::none_of(filter.index.begin(), filter.index.end(),
                     [&](const IndexExpr &index) { return plainAxis(index) == axis; }))
      return std::nullopt;
  auto number = [](int axis) { return static_cast<unsigned>(axis); };
  return Convolution2d{number(image),        number(row),
                       number(column),       number(feature),
                       number(channel),      number(windowRow),
                       number(windowColumn), slidesByOne(in.index[1]) && slidesByOne(in.index[2])};
}

} // namespace alt
