// Which memory an operand's elements take when a box of iterations runs: distinct elements, cache
// lines, pages, and how evenly they spread over a cache's sets. Index tables are made once, so that
// asking costs tens of nanoseconds.
#pragma once
#include "alt/Workload.h"
#include <array>

namespace alt {

inline constexpr unsigned maxNestAxes = 16;

/// Iterations along every axis of the nest; 1 beyond the last axis.
using Box = std::array<float, maxNestAxes>;

class OperandAccess {
public:
  enum class Along { broadcast, contiguous, strided };

  OperandAccess(const Operand &, int64_t l1SetBytes, int64_t l2SetBytes);

  /// The distinct memory of one box. `l1` and `l2` are the bytes that it takes away from a cache:
  /// more than the lines' own where equal strides put too many of them into the same sets.
  struct Touched {
    float elements = 0, bytes = 0, lines = 0, pages = 0, l1 = 0, l2 = 0;
  };
  /// `panel`: elements in a panel of a packed operand, 0 when the layout is the tensor's own.
  Touched touch(const Box &, float panel) const;

  bool moves(unsigned axis) const { return strides[axis] != 0; }
  float strideBytes(unsigned axis) const { return strides[axis]; } ///< of one step of the axis
  Along along(unsigned axis) const { return alongs[axis]; }
  bool isOutput() const { return output; }
  bool isConstant() const { return constant; }
  float elementBytes() const { return unit; }
  float totalBytes() const { return total; }

private:
  struct Dim {
    unsigned first, last;           ///< its terms
    float extent, stride;           ///< stride in bytes
    float l1Positions, l2Positions; ///< different sets that steps of `stride` can start at
  };
  struct Term {
    unsigned axis;
    float coefficient;
  };
  std::vector<Dim> dims; ///< innermost first
  std::vector<Term> terms;
  std::array<float, maxNestAxes> strides{};
  std::array<Along, maxNestAxes> alongs{};
  float unit, total, l1Set, l2Set;
  bool output, constant;
};

} // namespace alt
