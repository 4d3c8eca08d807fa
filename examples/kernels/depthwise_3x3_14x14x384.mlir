func.func @depthwise(%x: tensor<1x16x16x384xf32>, %w: tensor<3x3x384xf32>) -> tensor<1x14x14x384xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x14x14x384xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x14x14x384xf32>) -> tensor<1x14x14x384xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<1x16x16x384xf32>, tensor<3x3x384xf32>)
                                         outs(%init : tensor<1x14x14x384xf32>) -> tensor<1x14x14x384xf32>
  return %y : tensor<1x14x14x384xf32>
}
