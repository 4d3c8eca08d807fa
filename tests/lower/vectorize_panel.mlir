// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// Five of the eight lanes that the panel of B has in memory: no mask, but for what is written.
// CHECK-LABEL: func.func @kernel
// CHECK: %[[MASK:.*]] = vector.constant_mask [5] : vector<8xi1>
// CHECK: %[[ROW:.*]] = vector.transfer_read %{{.*}}[%{{.*}}, %{{.*}}], %{{[^,]*}} {in_bounds = [true]} : tensor<3x5xf32>, vector<8xf32>
// CHECK: arith.mulf %{{.*}}, %[[ROW]]
// CHECK: vector.transfer_write %{{.*}}, %[[MASK]]
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<2x3xf32>, %panel: tensor<3x5xf32>, %c: tensor<2x5xf32>) -> tensor<2x5xf32> {
    %r = linalg.matmul {alt.panel_widths = array<i64: 0, 8, 0>} ins(%a, %panel : tensor<2x3xf32>, tensor<3x5xf32>)
        outs(%c : tensor<2x5xf32>) -> tensor<2x5xf32>
    return %r : tensor<2x5xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
