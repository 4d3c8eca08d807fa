#include "alt/tensor/ElementType.h"
#include <cmath>
#include <cstring>

namespace alt {

BFloat16::BFloat16(double value) {
  uint32_t wide = std::bit_cast<uint32_t>(static_cast<float>(value));
  if (std::isnan(value))
    wide |= 0x400000; // or what is cut off might have been all of the payload
  else
    wide += 0x7fff + ((wide >> 16) & 1);
  bits = static_cast<uint16_t>(wide >> 16);
}

template <class T> static constexpr bool isSigned = isReal<T> || std::is_signed_v<T>;

static constexpr ElementInfo table[] = {
#define ALT_ROW(name, T, cName, npy, onnx, draw, tolerance, poison)                                \
  {ElementType::name, #name, sizeof(T), isReal<T>, isSigned<T>, cName,                             \
   npy,               onnx,  Draw::draw, tolerance, poison},
    ALT_ELEMENT_TYPES(ALT_ROW)
#undef ALT_ROW
};

const ElementInfo &info(ElementType type) { return table[static_cast<size_t>(type)]; }

std::span<const ElementInfo> elementTypes() { return table; }

std::optional<ElementType> elementTypeNamed(std::string_view name) {
  for (const ElementInfo &row : table)
    if (row.name == name)
      return row.type;
  return std::nullopt;
}

std::string elementTypeNames() {
  std::string text;
  for (const ElementInfo &row : table)
    text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

double toDouble(ElementType type, const std::byte *at) {
  return visit(type, [&](auto element) {
    std::memcpy(&element, at, sizeof element);
    return static_cast<double>(element);
  });
}

uint64_t toBits(ElementType type, double value) {
  return visit(type, [&](auto element) {
    using T = decltype(element);
    element = T(value);
    uint64_t bits = 0;
    std::memcpy(&bits, &element, sizeof element);
    return bits;
  });
}

} // namespace alt
