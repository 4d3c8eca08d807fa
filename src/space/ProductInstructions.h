// The instructions that sum several products of narrow elements at once. One table: spaces, estimates
// and the lowering ask it for what an instruction does, and for which of them a target has.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"
#include <array>
#include <span>
#include <string_view>

namespace alt {

struct ProductInstruction {
  std::string_view name; ///< in scripts: the element, by how many steps of the reduction at once
  ElementType element, sum;
  bool firstSigned, secondSigned; ///< how it takes integers; all floats are signed
  bool widened;                   ///< it takes 16-bit integers: bytes are widened before
  int64_t steps;                  ///< of the reduction that go into one sum, side by side in memory
  std::string_view intrinsic;     ///< LLVM's name, after "llvm.x86."
  std::array<std::string_view, 3> features; ///< LLVM's names; "": none
};

std::span<const ProductInstruction> productInstructions();

/// The row of that name; nullptr where there is none.
const ProductInstruction *productInstruction(std::string_view name);

/// The target has all of its features.
bool isAvailable(const ProductInstruction &, const Target &);

} // namespace alt
