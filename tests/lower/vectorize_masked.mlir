// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// 21 columns: one whole vector, and five lanes that are a narrower one in memory, under a mask, and as
// wide as the first in registers.
// CHECK-LABEL: func.func @kernel
// CHECK: vector.transfer_read %{{.*}} : tensor<21xf32>, vector<16xf32>
// CHECK: %[[MASK:.*]] = vector.constant_mask [5] : vector<8xi1>
// CHECK: vector.transfer_read %{{.*}}[%{{.*}}], %{{.*}}, %[[MASK]] {{.*}}: tensor<21xf32>, vector<8xf32>
// CHECK: vector.shuffle {{.*}} : vector<8xf32>, vector<8xf32>
// CHECK: math.absf {{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}}, %[[MASK]] {{.*}}: vector<8xf32>, tensor<21xf32>
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<21xf32>, %out: tensor<21xf32>) -> tensor<21xf32> {
    %r = linalg.abs ins(%a : tensor<21xf32>) outs(%out : tensor<21xf32>) -> tensor<21xf32>
    return %r : tensor<21xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
