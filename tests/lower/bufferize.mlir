// RUN: alt-opt %s --alt-prepare --alt-bufferize | FileCheck %s

// In place: the only buffer is the anchor's; copies are loops, never calls.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME: %[[OUT:[^:]*]]: memref<8x16xf32>)
// CHECK: %[[SUM:.*]] = memref.alloc() {{.*}}: memref<8x16xf32>
// CHECK-NOT: memref.alloc
// CHECK: linalg.generic {{.*}}outs(%[[OUT]] : memref<8x16xf32>)
// CHECK-NOT: memref.copy
func.func @kernel(%a: tensor<8x4xf32>, %b: tensor<4x16xf32>) -> tensor<8x16xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x16xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  %r = linalg.matmul ins(%a, %b : tensor<8x4xf32>, tensor<4x16xf32>) outs(%f : tensor<8x16xf32>) -> tensor<8x16xf32>
  %q = linalg.exp ins(%r : tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  return %q : tensor<8x16xf32>
}
