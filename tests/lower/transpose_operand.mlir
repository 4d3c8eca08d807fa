// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// B is copied once with its reduction last, rows a whole, odd number of cache lines apart (three of 16) and
// zeros behind them: each register tile reads vectors along it, the last of A half a vector, of B a whole one.
// The products beyond are zeros and need not be told from the rest.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME: %[[A:[^:]*]]: tensor<4x40xf32>, %[[B:[^:]*]]: tensor<40x6xf32>
// CHECK: %[[ROWS:.*]] = tensor.empty() : tensor<6x48xf32>
// CHECK: linalg.fill {alt.pack_tail} {{.*}} : tensor<6x8xf32>
// CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<40x6xf32>) outs(%{{.*}} : tensor<6x40xf32>) attrs = {alt.pack_whole}
// CHECK: %[[T:.*]] = tensor.insert_slice %{{.*}} : tensor<6x40xf32> into tensor<6x48xf32>
// CHECK: scf.for %[[J:[a-z0-9]+]] =
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[T]][%[[J]], 0] [3, 40] [1, 1] : tensor<6x48xf32> to tensor<3x40xf32>
// CHECK: scf.for
// CHECK: scf.yield
// CHECK: vector.transfer_read %[[A]]{{.*}}, vector<8xf32>
// CHECK: vector.transfer_read %[[PART]]{{.*}}, vector<16xf32>
// CHECK-NOT: arith.select
// CHECK-NOT: vector.reduction
// CHECK-COUNT-4: vector.transfer_write {{.*}} : vector<4xf32>, tensor<4x3xf32>
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<4x40xf32>, %b: tensor<40x6xf32>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
    %r = linalg.generic {alt.anchor, alt.vector = 2 : i64,
        indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<4x40xf32>, tensor<40x6xf32>) outs(%c : tensor<4x6xf32>) {
    ^bb0(%x: f32, %y: f32, %s: f32):
      %p = arith.mulf %x, %y : f32
      %t = arith.addf %s, %p : f32
      linalg.yield %t : f32
    } -> tensor<4x6xf32>
    return %r : tensor<4x6xf32>
  }
  transform.named_sequence @__transform_main(%m: !transform.any_op) {
    %mm = transform.structured.match attributes {alt.anchor} in %m : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %mm tile_sizes [0, 3, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.alt.transpose_operand %tiled {operand = 1 : i64, dimension = 0 : i64} : !transform.any_op
    transform.alt.vectorize_tile %loop {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
