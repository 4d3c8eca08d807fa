// RUN: alt-opt %s --transform-interpreter | FileCheck %s

// A pad of one channel that no tiling went over, as what reads it looks through: 56 vectors are few enough,
// but each would be stored element by element.
// CHECK-LABEL: func.func @kernel
// CHECK-NOT: tensor.insert
// CHECK: linalg.generic {{.*}} attrs = {alt.side = 0 : i64}
module attributes {transform.with_named_sequence} {
  func.func @kernel(%out: tensor<1x28x28x1xf32>) -> tensor<1x28x28x1xf32> {
    %z = arith.constant 0.0 : f32
    %r = linalg.generic {alt.side = 0 : i64,
        indexing_maps = [affine_map<(n, h, w, c) -> ()>, affine_map<(n, h, w, c) -> (n, h, w, c)>],
        iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%z : f32) outs(%out : tensor<1x28x28x1xf32>) {
    ^bb0(%x: f32, %o: f32):
      linalg.yield %x : f32
    } -> tensor<1x28x28x1xf32>
    return %r : tensor<1x28x28x1xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 16 : i64, max_tile = 64 : i64} : !transform.any_op
    transform.yield
  }
}
