// Workloads by hand, for tests that see no MLIR.
#pragma once
#include "alt/Target.h"
#include "alt/Workload.h"

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

inline IndexExpr index(std::initializer_list<IndexExpr::Term> terms) { return {terms, 0}; }

/// out[i, j] += in0[i, k] * in1[k, j]
inline Workload matmulWorkload(int64_t m, int64_t n, int64_t k) {
  Workload w;
  w.name = "matmul";
  w.anchor = AnchorKind::contraction;
  w.axes = {{"i0", m, AxisKind::parallel}, {"i1", n, AxisKind::parallel}, {"i2", k, AxisKind::reduction}};
  w.operands = {{"in0", ElementType::f32, {m, k}, {index({{0, 1}}), index({{2, 1}})}, false, false},
                {"in1", ElementType::f32, {k, n}, {index({{2, 1}}), index({{1, 1}})}, false, true},
                {"out", ElementType::f32, {m, n}, {index({{0, 1}}), index({{1, 1}})}, true, false}};
  w.flops = static_cast<uint64_t>(2 * m * n * k);
  return w;
}

/// NHWC, HWCF, already padded input: out[n, h, w, f] += in0[n, s h + y, s w + x, c] * in1[y, x, c, f]
inline Workload convolutionWorkload(int64_t h, int64_t w, int64_t c, int64_t f, int64_t window,
                                    int64_t stride) {
  Workload conv;
  conv.name = "conv";
  conv.anchor = AnchorKind::convolution;
  int64_t extents[] = {1, h, w, f, window, window, c};
  for (unsigned a = 0; a < 7; ++a)
    conv.axes.push_back({"i" + std::to_string(a), extents[a],
                         a < 4 ? AxisKind::parallel : AxisKind::reduction});
  int64_t ih = (h - 1) * stride + window, iw = (w - 1) * stride + window;
  conv.operands = {
      {"in0", ElementType::f32, {1, ih, iw, c},
       {index({{0, 1}}), index({{1, stride}, {4, 1}}), index({{2, stride}, {5, 1}}), index({{6, 1}})},
       false, false},
      {"in1", ElementType::f32, {window, window, c, f},
       {index({{4, 1}}), index({{5, 1}}), index({{6, 1}}), index({{3, 1}})}, false, true},
      {"out", ElementType::f32, {1, h, w, f},
       {index({{0, 1}}), index({{1, 1}}), index({{2, 1}}), index({{3, 1}})}, true, false}};
  conv.flops = static_cast<uint64_t>(2 * h * w * c * f * window * window);
  return conv;
}

/// out[n, h, w, c] += in0[n, h + y, w + x, c] * in1[y, x, c]
inline Workload depthwiseWorkload(int64_t h, int64_t w, int64_t c, int64_t window) {
  Workload conv;
  conv.name = "depthwise";
  conv.anchor = AnchorKind::convolution;
  int64_t extents[] = {1, h, w, c, window, window};
  for (unsigned a = 0; a < 6; ++a)
    conv.axes.push_back({"i" + std::to_string(a), extents[a],
                         a < 4 ? AxisKind::parallel : AxisKind::reduction});
  conv.operands = {
      {"in0", ElementType::f32, {1, h + window - 1, w + window - 1, c},
       {index({{0, 1}}), index({{1, 1}, {4, 1}}), index({{2, 1}, {5, 1}}), index({{3, 1}})}, false, false},
      {"in1", ElementType::f32, {window, window, c},
       {index({{4, 1}}), index({{5, 1}}), index({{3, 1}})}, false, true},
      {"out", ElementType::f32, {1, h, w, c},
       {index({{0, 1}}), index({{1, 1}}), index({{2, 1}}), index({{3, 1}})}, true, false}};
  conv.flops = static_cast<uint64_t>(2 * h * w * c * window * window);
  return conv;
}

/// The same with its input padded inside the kernel by (window - 1) / 2 on every side.
inline Workload padded(Workload w, int64_t by) {
  w.prologueOps = 1;
  w.operands[0].padLow = w.operands[0].padHigh = {0, by, by, 0};
  return w;
}

/// The same with what follows it written channels first.
inline Workload transposedEpilogue(Workload w) {
  w.fusedResults = {{{1, 2, 3}}, {{3, 1, 2}}};
  w.epilogueOps = 1;
  return w;
}

/// out[i] = max over j of in0[i, j]
inline Workload rowMaxWorkload(int64_t rows, int64_t columns) {
  Workload w;
  w.name = "row_max";
  w.anchor = AnchorKind::reduction;
  w.axes = {{"i0", rows, AxisKind::parallel}, {"i1", columns, AxisKind::reduction}};
  w.operands = {{"in0", ElementType::f32, {rows, columns}, {index({{0, 1}}), index({{1, 1}})}, false, false},
                {"out", ElementType::f32, {rows}, {index({{0, 1}})}, true, false}};
  w.flops = static_cast<uint64_t>(rows * columns);
  return w;
}

inline Workload elementwiseWorkload(int64_t rows, int64_t columns) {
  Workload w;
  w.name = "elementwise";
  w.axes = {{"i0", rows, AxisKind::parallel}, {"i1", columns, AxisKind::parallel}};
  IndexExpr i = index({{0, 1}}), j = index({{1, 1}});
  w.operands = {{"in0", ElementType::f32, {rows, columns}, {i, j}, false, false},
                {"out", ElementType::f32, {rows, columns}, {i, j}, true, false}};
  w.flops = static_cast<uint64_t>(rows * columns);
  return w;
}

/// One of each family, with shapes that divide and shapes that do not.
inline std::vector<Workload> workloadFamilies() {
  return {matmulWorkload(512, 512, 512),        matmulWorkload(197, 768, 768),
          matmulWorkload(1, 4096, 4096),        matmulWorkload(13, 37, 17),
          matmulWorkload(31, 1000, 128),
          convolutionWorkload(56, 56, 64, 64, 3, 1), convolutionWorkload(14, 14, 1024, 256, 1, 1),
          convolutionWorkload(112, 112, 3, 64, 7, 2), depthwiseWorkload(14, 14, 384, 3),
          padded(depthwiseWorkload(28, 28, 240, 5), 2), padded(convolutionWorkload(7, 7, 512, 512, 3, 1), 1),
          transposedEpilogue(convolutionWorkload(8, 9, 6, 18, 3, 1)),
          rowMaxWorkload(128, 1000),            elementwiseWorkload(7, 45)};
}

} // namespace alt::test
