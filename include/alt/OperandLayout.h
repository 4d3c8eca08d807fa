// How a kernel reads and writes what its loop nest works on, once a schedule is chosen: what the
// caller has is dense and row-major, and a schedule may want another layout than that.
#pragma once
#include "alt/Workload.h"
#include <optional>
#include <span>

namespace alt {

struct OperandLayout {
  std::string operand; ///< of the loop nest, as knobs name it: "in1", "out"
  /// Of the kernel function: what it is made from. None: several.
  std::optional<unsigned> argument;
  ElementType type = ElementType::f32;
  /// What the loops walk, outermost dimension first: what each runs along ("i3/32", "i1+i4",
  /// "i3%32"), and its extent.
  std::vector<std::string> order;
  std::vector<int64_t> shape;
  /// How it comes into that layout.
  enum class Made {
    inPlace,   ///< not at all: it is where the caller has it, row-major
    ahead,     ///< copied once, before the first call: it is made from constants
    everyCall, ///< copied by a pass of its own in every call
    byTile,    ///< gathered or transformed inside the loops, a tile that stays in a cache at a time
  } made = Made::inPlace;
  bool isOutput = false;
  /// Of the copy, or of one tile's; 0 in place.
  int64_t copiedBytes() const;
};
std::string_view name(OperandLayout::Made); ///< "in_place", "ahead", "every_call", "by_tile"

/// "in1 2x3x3x64x32xf32 = i3/32 i4 i5 i6 i3%32, copied ahead of time".
std::string print(const OperandLayout &);

} // namespace alt
