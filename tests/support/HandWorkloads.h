// Workloads as plain data, one a family, for tests that see no MLIR.
#pragma once
#include "alt/Workload.h"
#include <vector>

namespace alt::test {

using Terms = std::vector<IndexExpr::Term>;

inline IndexExpr at(Terms terms) { return {std::move(terms), 0}; }

inline Workload workloadOf(std::string name, AnchorKind anchor, std::vector<int64_t> parallel,
                           std::vector<int64_t> reduction, std::vector<Operand> operands,
                           uint64_t flopsPerIteration) {
  Workload workload;
  workload.name = std::move(name);
  workload.anchor = anchor;
  workload.flops = flopsPerIteration;
  auto add = [&](int64_t extent, AxisKind kind) {
    workload.axes.push_back({"i" + std::to_string(workload.axes.size()), extent, kind});
    workload.flops *= static_cast<uint64_t>(extent);
  };
  for (int64_t extent : parallel)
    add(extent, AxisKind::parallel);
  for (int64_t extent : reduction)
    add(extent, AxisKind::reduction);
  for (const Operand &operand : operands)
    workload.arguments.push_back(
        {operand.name, operand.type, operand.shape, operand.isOutput, operand.isConstant});
  workload.operands = std::move(operands);
  return workload;
}

inline Operand input(std::string name, std::vector<int64_t> shape, std::vector<IndexExpr> index,
                     bool constant = false) {
  return {std::move(name),
          ElementType::f32,
          std::move(shape),
          std::move(index),
          false,
          constant,
          {},
          {}};
}

/// The same with `pad` elements around its first two dimensions, which `shape` counts.
inline Operand padded(Operand operand, int64_t pad) {
  operand.padLow.assign(operand.shape.size(), 0);
  operand.padLow[0] = operand.padLow[1] = pad;
  operand.padHigh = operand.padLow;
  return operand;
}

inline Operand output(std::vector<int64_t> shape, std::vector<IndexExpr> index) {
  return {"out0", ElementType::f32, std::move(shape), std::move(index), true, false, {}, {}};
}

/// C[i0,i1] += A[i0,i2] * B[i2,i1]
inline Workload handMatmul(int64_t m, int64_t n, int64_t k) {
  return workloadOf("matmul", AnchorKind::contraction, {m, n}, {k},
                    {input("in0", {m, k}, {at({{0, 1}}), at({{2, 1}})}),
                     input("in1", {k, n}, {at({{2, 1}}), at({{1, 1}})}),
                     output({m, n}, {at({{0, 1}}), at({{1, 1}})})},
                    2);
}

/// O[i0,i1,i2] += I[s*i0+i3, s*i1+i4, i5] * F[i3,i4,i5,i2], 3x3
inline Workload handConv(int64_t rows, int64_t columns, int64_t in, int64_t out, int64_t stride) {
  return workloadOf("conv", AnchorKind::convolution, {rows, columns, out}, {3, 3, in},
                    {input("in0", {(rows - 1) * stride + 3, (columns - 1) * stride + 3, in},
                           {at({{0, stride}, {3, 1}}), at({{1, stride}, {4, 1}}), at({{5, 1}})}),
                     input("in1", {3, 3, in, out},
                           {at({{3, 1}}), at({{4, 1}}), at({{5, 1}}), at({{2, 1}})}, true),
                     output({rows, columns, out}, {at({{0, 1}}), at({{1, 1}}), at({{2, 1}})})},
                    2);
}

/// O[i0,i1,i2] += I[i0+i3, i1+i4, i2] * F[i3,i4,i2], 3x3
inline Workload handDepthwise(int64_t rows, int64_t columns, int64_t channels) {
  return workloadOf(
      "depthwise", AnchorKind::convolution, {rows, columns, channels}, {3, 3},
      {input("in0", {rows + 2, columns + 2, channels},
             {at({{0, 1}, {3, 1}}), at({{1, 1}, {4, 1}}), at({{2, 1}})}),
       input("in1", {3, 3, channels}, {at({{3, 1}}), at({{4, 1}}), at({{2, 1}})}, true),
       output({rows, columns, channels}, {at({{0, 1}}), at({{1, 1}}), at({{2, 1}})})},
      2);
}

/// O[i0,i1,i2] = max of I[2*i0+i3, 2*i1+i4, i2] over 2x2
inline Workload handPool(int64_t rows, int64_t columns, int64_t channels) {
  return workloadOf("pool", AnchorKind::reduction, {rows, columns, channels}, {2, 2},
                    {input("in0", {2 * rows, 2 * columns, channels},
                           {at({{0, 2}, {3, 1}}), at({{1, 2}, {4, 1}}), at({{2, 1}})}),
                     output({rows, columns, channels}, {at({{0, 1}}), at({{1, 1}}), at({{2, 1}})})},
                    1);
}

/// O[i0,i1] = I[i0,i1] + bias[i1]
inline Workload handElementwise(int64_t rows, int64_t columns) {
  return workloadOf("elementwise", AnchorKind::elementwise, {rows, columns}, {},
                    {input("in0", {rows, columns}, {at({{0, 1}}), at({{1, 1}})}),
                     input("in1", {columns}, {at({{1, 1}})}),
                     output({rows, columns}, {at({{0, 1}}), at({{1, 1}})})},
                    1);
}

/// O[i0] += I[i0,i1]: vectors run along the reduction
inline Workload handRowSum(int64_t rows, int64_t columns) {
  return workloadOf(
      "row_sum", AnchorKind::reduction, {rows}, {columns},
      {input("in0", {rows, columns}, {at({{0, 1}}), at({{1, 1}})}), output({rows}, {at({{0, 1}})})},
      1);
}

inline std::vector<Workload> handWorkloads() {
  return {handMatmul(64, 96, 128),     handMatmul(13, 37, 17),   handMatmul(1, 67, 128),
          handConv(14, 14, 32, 48, 1), handConv(7, 7, 5, 24, 2), handDepthwise(10, 10, 40),
          handPool(6, 6, 18),          handElementwise(33, 130), handRowSum(9, 200)};
}

} // namespace alt::test
