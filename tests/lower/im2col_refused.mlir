// RUN: not alt-opt %s --alt-prepare --transform-interpreter 2>&1 | FileCheck %s

// CHECK: error: no convolution over two dimensions, channels last
module attributes {transform.with_named_sequence} {
  func.func @kernel(%in: tensor<1x9x9x4xf32>, %filter: tensor<3x3x4xf32>) -> tensor<1x7x7x4xf32> {
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<1x7x7x4xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x7x7x4xf32>) -> tensor<1x7x7x4xf32>
    %conv = linalg.depthwise_conv_2d_nhwc_hwc ins(%in, %filter : tensor<1x9x9x4xf32>, tensor<3x3x4xf32>) outs(%fill : tensor<1x7x7x4xf32>) -> tensor<1x7x7x4xf32>
    return %conv : tensor<1x7x7x4xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %conv = transform.structured.match attributes {alt.anchor} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.im2col %conv {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
