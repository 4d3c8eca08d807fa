// The instructions that sum several products of narrow elements at once. One table: spaces,
// estimates and the lowering ask it for what an instruction does, and for which of them a target
// has.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"
#include <array>
#include <span>
#include <string_view>

namespace alt {

/// A unit whose registers are tiles, that is, some rows of some bytes. Its products sum a tile of
/// rows by columns: the first factor's rows by the second's, which has so many steps of the
/// reduction side by side in a row.
struct TileRegisters {
  int64_t count, rows, rowBytes; ///< of a register at most
  double cyclesPerRow, latency;  ///< of a product: cycles for each row of sums, until it is done
};

struct ProductInstruction {
  std::string_view name; ///< in scripts: the element, by how many steps of the reduction at once
  ElementType element, sum;
  bool firstSigned, secondSigned; ///< how it takes integers; all floats are signed
  bool widened;                   ///< it takes 16-bit integers: bytes are widened before
  int64_t steps;                  ///< of the reduction that go into one sum, side by side in memory
  std::string_view intrinsic;     ///< LLVM's name, after "llvm.x86."
  std::array<std::string_view, 3> features; ///< LLVM's names; "": none
  const TileRegisters *tile = nullptr;      ///< that it works on; null: vectors of any width
};

std::span<const ProductInstruction> productInstructions();

/// The row of that name; nullptr where there is none.
const ProductInstruction *productInstruction(std::string_view name);

/// A feature of targets for tests: the code calls functions that do what instructions on tile
/// registers do, on any machine. LLVM does not hear of it.
inline constexpr std::string_view emulatedTiles = ",+emulated-tiles";
bool emulatesTiles(const Target &);

/// The target has all of its features, or emulates tile registers.
bool isAvailable(const ProductInstruction &, const Target &);

} // namespace alt
