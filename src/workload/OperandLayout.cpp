#include "alt/OperandLayout.h"

namespace alt {

int64_t OperandLayout::copiedBytes() const {
  if (made == Made::inPlace)
    return 0;
  int64_t size = bytes(type);
  for (int64_t extent : shape)
    size *= extent;
  return size;
}

std::string_view name(OperandLayout::Made made) {
  static constexpr std::string_view names[] = {"in_place", "ahead", "every_call", "by_tile"};
  return names[static_cast<unsigned>(made)];
}

std::string print(const OperandLayout &layout) {
  std::string text = layout.operand + " ";
  for (int64_t extent : layout.shape)
    text += std::to_string(extent) + "x";
  text += std::string(name(layout.type)) + " =";
  for (const std::string &along : layout.order)
    text += " " + along;
  switch (layout.made) {
  case OperandLayout::Made::inPlace:
    return text + (layout.isOutput ? ", written in place" : ", read in place");
  case OperandLayout::Made::ahead:
    return text + ", copied ahead of time";
  case OperandLayout::Made::everyCall:
    return text + ", copied in every call";
  case OperandLayout::Made::byTile:
    return text + ", made tile by tile";
  }
  return text;
}

} // namespace alt
