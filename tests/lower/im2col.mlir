// RUN: alt-opt %s --alt-prepare --transform-interpreter --canonicalize --cse | FileCheck %s

// A 3x3 convolution of stride 2: patches of 9 x 5 numbers, padding read through. Runs of 15 where a window
// lies inside the image, single taps under masks where it does not.
// CHECK-LABEL: func.func @kernel
// CHECK-DAG: %[[F:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1, 2], [3]] : tensor<3x3x5x16xf32> into tensor<45x16xf32>
// CHECK-DAG: %[[IN:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0], [1], [2, 3]] : tensor<1x8x8x5xf32> into tensor<1x8x40xf32>
// CHECK: %[[P:.*]] = scf.for {{.*}} -> (tensor<1x4x4x45xf32>)
// CHECK: scf.for
// CHECK: scf.if
// CHECK: vector.transfer_read %[[IN]][{{.*}} : tensor<1x8x40xf32>, vector<16xf32>
// CHECK: vector.transfer_write {{.*}} : vector<1x1x16xf32>, tensor<1x4x4x45xf32>
// CHECK: else
// CHECK: vector.broadcast %{{.*}} : i1 to vector<8xi1>
// CHECK: vector.transfer_read %[[IN]]{{.*}} : tensor<1x8x40xf32>, vector<8xf32>
// CHECK: linalg.generic {{.*}} ins(%[[P]], %[[F]] : tensor<1x4x4x45xf32>, tensor<45x16xf32>)
// CHECK-SAME: alt.anchor
module attributes {transform.with_named_sequence} {
  func.func @kernel(%in: tensor<1x8x8x5xf32>, %filter: tensor<3x3x5x16xf32> {alt.constant}) -> tensor<1x4x4x16xf32> {
    %zero = arith.constant 0.0 : f32
    %padded = tensor.pad %in low[0, 1, 1, 0] high[0, 0, 0, 0] {
    ^bb0(%i: index, %j: index, %k: index, %l: index):
      tensor.yield %zero : f32
    } : tensor<1x8x8x5xf32> to tensor<1x9x9x5xf32>
    %empty = tensor.empty() : tensor<1x4x4x16xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    %conv = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%padded, %filter : tensor<1x9x9x5xf32>, tensor<3x3x5x16xf32>) outs(%fill : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    return %conv : tensor<1x4x4x16xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %conv = transform.structured.match attributes {alt.anchor} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.im2col %conv {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
