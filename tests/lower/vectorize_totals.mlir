// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// Sums of five rows, in the lanes of five vectors: halves side by side and added until a vector has a
// total a lane; the odd one out is its own partner. What is left is stored by itself.
// CHECK-LABEL: func.func @kernel
// CHECK: %[[ROW:.*]]:5 = scf.for
// CHECK: %[[LOW:.*]] = vector.shuffle %[[ROW]]#0, %[[ROW]]#1 [0, 1, 2, 3, 8, 9, 10, 11]
// CHECK: %[[HIGH:.*]] = vector.shuffle %[[ROW]]#0, %[[ROW]]#1 [4, 5, 6, 7, 12, 13, 14, 15]
// CHECK: arith.addf %[[LOW]], %[[HIGH]] : vector<8xf32>
// CHECK: vector.shuffle %[[ROW]]#4, %[[ROW]]#4 [0, 1, 2, 3, 8, 9, 10, 11]
// CHECK: vector.shuffle {{.*}} [0, 1, 8, 9, 4, 5, 12, 13]
// CHECK: vector.shuffle {{.*}} [0, 2, 8, 10, 4, 6, 12, 14]
// CHECK-NOT: vector.reduction
// CHECK: vector.transfer_write {{.*}} : vector<8xf32>, tensor<5xf32>
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<5x64xf32>, %out: tensor<5xf32>) -> tensor<5xf32> {
    %r = linalg.generic {alt.vector = 1 : i64,
        indexing_maps = [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (i)>],
        iterator_types = ["parallel", "reduction"]}
        ins(%a : tensor<5x64xf32>) outs(%out : tensor<5xf32>) {
    ^bb0(%x: f32, %s: f32):
      %t = arith.addf %s, %x : f32
      linalg.yield %t : f32
    } -> tensor<5xf32>
    return %r : tensor<5xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 8 : i64} : !transform.any_op
    transform.yield
  }
}
