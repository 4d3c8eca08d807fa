// Workloads as plain data, one a family, for tests that see no MLIR.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"
#include <vector>

namespace alt::test {

inline Target avx512() {
  Target target;
  target.triple = "x86_64-pc-linux-gnu";
  target.cpu = "x86-64-v4";
  target.vectorBits = 512;
  target.vectorRegisters = 32;
  target.cores = 2;
  return target;
}

inline IndexExpr index(std::vector<IndexExpr::Term> terms) { return {std::move(terms), 0}; }

inline Operand input(std::string name, std::vector<int64_t> shape, std::vector<IndexExpr> index,
                     bool constant = false) {
  return {std::move(name), ElementType::f32, std::move(shape), std::move(index), false, constant};
}

inline Operand output(std::vector<int64_t> shape, std::vector<IndexExpr> index) {
  return {"out", ElementType::f32, std::move(shape), std::move(index), true, false};
}

/// Axes i0, i1, ...: the parallel ones first.
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

/// out[i, j] += in0[i, k] * in1[k, j]
inline Workload matmulWorkload(int64_t m, int64_t n, int64_t k) {
  IndexExpr i = index({{0, 1}}), j = index({{1, 1}}), l = index({{2, 1}});
  return workloadOf(
      "matmul", AnchorKind::contraction, {m, n}, {k},
      {input("in0", {m, k}, {i, l}), input("in1", {k, n}, {l, j}, true), output({m, n}, {i, j})},
      2);
}

/// NHWC, HWCF, already padded input: out[n, h, w, f] += in0[n, s h + y, s w + x, c] * in1[y, x, c,
/// f]
inline Workload convolutionWorkload(int64_t h, int64_t w, int64_t c, int64_t f, int64_t window,
                                    int64_t stride) {
  IndexExpr n = index({{0, 1}}), row = index({{1, stride}, {4, 1}}),
            column = index({{2, stride}, {5, 1}}), channel = index({{6, 1}});
  return workloadOf("conv", AnchorKind::convolution, {1, h, w, f}, {window, window, c},
                    {input("in0", {1, (h - 1) * stride + window, (w - 1) * stride + window, c},
                           {n, row, column, channel}),
                     input("in1", {window, window, c, f},
                           {index({{4, 1}}), index({{5, 1}}), channel, index({{3, 1}})}, true),
                     output({1, h, w, f}, {n, index({{1, 1}}), index({{2, 1}}), index({{3, 1}})})},
                    2);
}

/// out[n, h, w, c] += in0[n, h + y, w + x, c] * in1[y, x, c]
inline Workload depthwiseWorkload(int64_t h, int64_t w, int64_t c, int64_t window) {
  IndexExpr n = index({{0, 1}}), channel = index({{3, 1}});
  return workloadOf(
      "depthwise", AnchorKind::convolution, {1, h, w, c}, {window, window},
      {input("in0", {1, h + window - 1, w + window - 1, c},
             {n, index({{1, 1}, {4, 1}}), index({{2, 1}, {5, 1}}), channel}),
       input("in1", {window, window, c}, {index({{4, 1}}), index({{5, 1}}), channel}, true),
       output({1, h, w, c}, {n, index({{1, 1}}), index({{2, 1}}), channel})},
      2);
}

/// The same with its input padded inside the kernel by (window - 1) / 2 on every side.
inline Workload padded(Workload w, int64_t by) {
  w.prologueOps = 1;
  w.operands[0].padLow = w.operands[0].padHigh = {0, by, by, 0};
  return w;
}

/// The same in double precision.
inline Workload wide(Workload w) {
  for (Operand &operand : w.operands)
    operand.type = ElementType::f64;
  for (Argument &argument : w.arguments)
    argument.type = ElementType::f64;
  return w;
}

/// The same with what follows it written channels first.
inline Workload transposedEpilogue(Workload w) {
  w.fusedResults = {{{1, 2, 3}}, {{3, 1, 2}}};
  w.epilogueOps = 1;
  return w;
}

/// out[h, w, c] = max of in0[2 h + y, 2 w + x, c] over 2x2
inline Workload poolWorkload(int64_t h, int64_t w, int64_t c) {
  IndexExpr channel = index({{2, 1}});
  return workloadOf(
      "pool", AnchorKind::reduction, {h, w, c}, {2, 2},
      {input("in0", {2 * h, 2 * w, c}, {index({{0, 2}, {3, 1}}), index({{1, 2}, {4, 1}}), channel}),
       output({h, w, c}, {index({{0, 1}}), index({{1, 1}}), channel})},
      1);
}

/// out[i] = max over j of in0[i, j]: vectors run along the reduction
inline Workload rowMaxWorkload(int64_t rows, int64_t columns) {
  IndexExpr i = index({{0, 1}}), j = index({{1, 1}});
  return workloadOf("row_max", AnchorKind::reduction, {rows}, {columns},
                    {input("in0", {rows, columns}, {i, j}), output({rows}, {i})}, 1);
}

/// out[i, j] = in0[i, j] + in1[j]
inline Workload elementwiseWorkload(int64_t rows, int64_t columns) {
  IndexExpr i = index({{0, 1}}), j = index({{1, 1}});
  return workloadOf("elementwise", AnchorKind::elementwise, {rows, columns}, {},
                    {input("in0", {rows, columns}, {i, j}), input("in1", {columns}, {j}),
                     output({rows, columns}, {i, j})},
                    1);
}

/// One of each family, with shapes that divide and shapes that do not.
inline std::vector<Workload> workloadFamilies() {
  return {matmulWorkload(512, 512, 512),
          matmulWorkload(197, 768, 768),
          matmulWorkload(1, 4096, 4096),
          matmulWorkload(13, 37, 17),
          matmulWorkload(31, 1000, 128),
          wide(matmulWorkload(61, 96, 64)),
          convolutionWorkload(56, 56, 64, 64, 3, 1),
          convolutionWorkload(14, 14, 1024, 256, 1, 1),
          convolutionWorkload(112, 112, 3, 64, 7, 2),
          depthwiseWorkload(14, 14, 384, 3),
          padded(depthwiseWorkload(28, 28, 240, 5), 2),
          padded(convolutionWorkload(7, 7, 512, 512, 3, 1), 1),
          transposedEpilogue(convolutionWorkload(8, 9, 6, 18, 3, 1)),
          poolWorkload(6, 6, 18),
          rowMaxWorkload(128, 1000),
          elementwiseWorkload(7, 45)};
}

} // namespace alt::test
