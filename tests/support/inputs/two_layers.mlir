// Two different kernels, the first used twice.
func.func @two_layers(%x: tensor<32x64xf32>, %w: tensor<64x64xf32>, %v: tensor<64x16xf32>) -> tensor<32x16xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<32x64xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<32x64xf32>) -> tensor<32x64xf32>
  %a = linalg.matmul ins(%x, %w : tensor<32x64xf32>, tensor<64x64xf32>) outs(%i0 : tensor<32x64xf32>) -> tensor<32x64xf32>
  %b = linalg.matmul ins(%a, %w : tensor<32x64xf32>, tensor<64x64xf32>) outs(%i0 : tensor<32x64xf32>) -> tensor<32x64xf32>
  %e1 = tensor.empty() : tensor<32x16xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<32x16xf32>) -> tensor<32x16xf32>
  %c = linalg.matmul ins(%b, %v : tensor<32x64xf32>, tensor<64x16xf32>) outs(%i1 : tensor<32x16xf32>) -> tensor<32x16xf32>
  return %c : tensor<32x16xf32>
}
