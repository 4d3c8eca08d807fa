#include "space/ProductInstructions.h"
#include <algorithm>

namespace alt {

static constexpr ElementType i8 = ElementType::i8, i32 = ElementType::i32, bf16 = ElementType::bf16,
                             f32 = ElementType::f32;

/// Figures of the two generations of CPUs that have them.
static constexpr TileRegisters tiles{8, 16, 64, 1, 52};

/// To add an instruction, add a row. Of two that do the same the first is taken.
static constexpr ProductInstruction table[] = {
    // name, element, sum, signed, widened, steps, intrinsic, features
    {"bf16x2", bf16, f32, true, true, false, 2, "avx512bf16.dpbf16ps", {"avx512bf16", "avx512vl"}},
    {"i8x4", i8, i32, false, true, false, 4, "avx512.vpdpbusd", {"avx512vnni", "avx512vl"}},
    {"i16x2", i8, i32, true, true, true, 2, "avx512.vpdpwssd", {"avx512vnni", "avx512vl"}},
    {"bf16x2.tile", bf16, f32, true, true, false, 2, "tdpbf16ps", {"amx-tile", "amx-bf16"}, &tiles},
    {"i8x4.tile", i8, i32, true, true, false, 4, "tdpbssd", {"amx-tile", "amx-int8"}, &tiles},
    {"u8i8x4.tile", i8, i32, false, true, false, 4, "tdpbusd", {"amx-tile", "amx-int8"}, &tiles},
    {"i8u8x4.tile", i8, i32, true, false, false, 4, "tdpbsud", {"amx-tile", "amx-int8"}, &tiles},
    {"u8x4.tile", i8, i32, false, false, false, 4, "tdpbuud", {"amx-tile", "amx-int8"}, &tiles},
};

std::span<const ProductInstruction> productInstructions() { return table; }

const ProductInstruction *productInstruction(std::string_view name) {
  const auto *found = std::find_if(std::begin(table), std::end(table),
                                   [&](const ProductInstruction &row) { return row.name == name; });
  return found == std::end(table) ? nullptr : found;
}

bool emulatesTiles(const Target &target) { return target.features.ends_with(emulatedTiles); }

bool isAvailable(const ProductInstruction &instruction, const Target &target) {
  if (instruction.tile && emulatesTiles(target))
    return true;
  std::string features = "," + target.features + ",";
  return std::all_of(
      instruction.features.begin(), instruction.features.end(), [&](std::string_view name) {
        return name.empty() || features.find(",+" + std::string(name) + ",") != std::string::npos;
      });
}

} // namespace alt
