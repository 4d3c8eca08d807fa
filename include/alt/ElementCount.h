// How many elements a shape from elsewhere has, when that can be so.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace alt {

/// No machine that we compile for addresses more bytes.
inline constexpr int64_t mostElements = int64_t(1) << 44;

/// The product of the extents; none when one is negative or there are more than mostElements.
inline std::optional<int64_t> countElements(std::span<const int64_t> shape) {
  int64_t count = 1;
  bool none = false;
  for (int64_t extent : shape) {
    if (extent < 0 || extent > mostElements || (extent > 0 && count > mostElements / extent))
      return std::nullopt;
    none |= extent == 0;
    count *= extent > 0 ? extent : 1;
  }
  return none ? 0 : count;
}

} // namespace alt
