#include "model/OperandAccess.h"
#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace alt {

namespace {

constexpr float lineBytes = 64, pageBytes = 4096;
/// Ways of a set that one operand may fill before the others are pushed out.
constexpr float freeWays = 4;

/// Starts that steps of `stride` bytes reach in a cache that repeats every `setBytes` (a power of
/// 2).
float positions(int64_t stride, int64_t setBytes) {
  int64_t step = std::min(setBytes, stride & -stride);
  return static_cast<float>(setBytes / std::max<int64_t>(step, 1));
}

} // namespace

OperandAccess::OperandAccess(const Operand &operand, int64_t l1SetBytes, int64_t l2SetBytes)
    : unit(static_cast<float>(bytes(operand.type))), total(unit),
      l1Set(static_cast<float>(l1SetBytes)), l2Set(static_cast<float>(l2SetBytes)),
      output(operand.isOutput), constant(operand.isConstant) {
  int64_t stride = bytes(operand.type);
  for (size_t d = operand.shape.size(); d-- > 0;) {
    Dim dim{static_cast<unsigned>(terms.size()),  0,
            static_cast<float>(operand.shape[d]), static_cast<float>(stride),
            positions(stride, l1SetBytes),        positions(stride, l2SetBytes)};
    for (auto [axis, coefficient] : operand.index[d].terms) {
      assert(axis < maxNestAxes && "nests have at most maxNestAxes axes");
      if (coefficient == 0)
        continue;
      terms.push_back({axis, static_cast<float>(std::abs(coefficient))});
      bool unitStep = d + 1 == operand.shape.size() && coefficient == 1 && strides[axis] == 0;
      alongs[axis] = unitStep ? Along::contiguous : Along::strided;
      strides[axis] += static_cast<float>(coefficient * stride);
    }
    dim.last = static_cast<unsigned>(terms.size());
    dims.push_back(dim);
    total *= dim.extent;
    stride *= operand.shape[d];
  }
}

OperandAccess::Touched OperandAccess::touch(const Box &box, float panel) const {
  // Contiguous bytes, how many such runs, and the part of a cache's sets that they can start in.
  float run = unit, runs = 1, elements = 1, l1Sets = 1, l2Sets = 1, pages = 1, inPage = 0;
  bool whole = true;
  auto outward = [&](float count, float span, float stride, float l1Positions, float l2Positions) {
    if (count <= 1)
      return;
    if (whole && run >= stride && count >= span) {
      run += (span - 1) * stride;
      return;
    }
    whole = false;
    runs *= count;
    l1Sets *= std::min(count, l1Positions);
    l2Sets *= std::min(count, l2Positions);
    if (stride >= pageBytes)
      pages *= count;
    else
      inPage = std::max(inPage, count * stride);
  };
  float shrink = 1;
  for (const Dim &dim : dims) {
    float span = 1, count = 1;
    for (unsigned t = dim.first; t < dim.last; ++t) {
      span += terms[t].coefficient * (box[terms[t].axis] - 1);
      count *= box[terms[t].axis];
    }
    span = std::min(span, dim.extent);
    count = std::min(count, span);
    elements *= count;
    if (panel > 0 && &dim == &dims.front() && dim.extent > panel) {
      // Panels stand apart by all other dimensions; inside one, rows are `panel` wide.
      shrink = panel / dim.extent;
      float inside = std::min(span, panel);
      outward(std::min(count, inside), inside, unit, 1e9f, 1e9f);
      float panels = std::max(1.0f, span / panel);
      runs *= panels;
      pages *= panels;
      continue;
    }
    outward(count, span, dim.stride * shrink, dim.l1Positions, dim.l2Positions);
  }
  Touched touched;
  touched.elements = elements;
  touched.bytes = elements * unit;
  touched.lines = runs * std::max(1.0f, run / lineBytes);
  touched.pages = std::max({1.0f, pages * run / pageBytes, pages, pages * inPage / pageBytes});
  float taken = touched.lines * lineBytes, start = std::max(run, lineBytes);
  float l1Covered = std::min(l1Set, start * l1Sets), l2Covered = std::min(l2Set, start * l2Sets);
  touched.l1 = taken > freeWays * l1Covered && panel == 0 ? taken * l1Set / l1Covered : taken;
  touched.l2 = taken > freeWays * l2Covered && panel == 0 ? taken * l2Set / l2Covered : taken;
  return touched;
}

} // namespace alt
