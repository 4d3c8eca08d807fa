// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// B of 40 columns in panels of 16: two whole ones, and half a one with zeros behind. The tiled matmul reads its panel.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME: %[[A:[^:]*]]: tensor<4x8xf32>, %[[B:[^:]*]]: tensor<8x40xf32>
// CHECK: tensor.empty() : tensor<3x8x16xf32>
// CHECK: tensor.expand_shape %{{.*}} : tensor<8x32xf32> into tensor<8x2x16xf32>
// CHECK: linalg.generic {{.*}}alt.pack_whole
// CHECK: linalg.fill {alt.pack_tail} {{.*}} -> tensor<8x16xf32>
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[2, 0, 0] [1, 8, 8] [1, 1, 1]
// CHECK: scf.for %[[J:[a-z0-9]+]] =
// CHECK: %[[P:.*]] = affine.apply #{{.*}}(%[[J]])
// CHECK: tensor.extract_slice %{{.*}}[%[[P]], 0, 0] [1, 8, 8] [1, 1, 1] : tensor<3x8x16xf32> to tensor<8x8xf32>
// CHECK: linalg.matmul {alt.panel_widths = array<i64: 0, 16, 0>}
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<4x8xf32>, %b: tensor<8x40xf32>, %c: tensor<4x40xf32>) -> tensor<4x40xf32> {
    %r = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x40xf32>) outs(%c : tensor<4x40xf32>) -> tensor<4x40xf32>
    return %r : tensor<4x40xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %mm = transform.structured.match ops{["linalg.matmul"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %mm tile_sizes [0, 8, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.alt.pack_operand %tiled {operand = 1 : i64, tile = 16 : i64} : !transform.any_op
    transform.yield
  }
}
