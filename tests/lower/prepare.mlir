// RUN: alt-opt %s --alt-prepare | FileCheck %s

// Named ops become generics, the anchor is marked, a kernel that ends in its reduction gets a root
// that only copies, and the result is written in place.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME: (%[[A:.*]]: memref<4x8xf32>, %[[B:.*]]: memref<8x16xf32> {alt.constant}, %[[OUT:.*]]: memref<4x16xf32>)
// CHECK: %[[DEST:.*]] = bufferization.to_tensor %[[OUT]] restrict writable
// CHECK: linalg.generic {{.*}} attrs = {alt.body = 0 : i64}
// CHECK: %[[R:.*]] = linalg.generic {{.*}}"reduction"]} {{.*}} attrs = {alt.anchor}
// CHECK: %[[ROOT:.*]] = linalg.generic {{.*}} ins(%[[R]], {{.*}}outs(%[[DEST]] {{.*}}attrs = {alt.root}
// CHECK: bufferization.materialize_in_destination %[[ROOT]] in restrict writable %[[OUT]]
func.func @kernel(%a: tensor<4x8xf32>, %b: tensor<8x16xf32> {alt.constant}) -> tensor<4x16xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x16xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x16xf32>) -> tensor<4x16xf32>
  %r = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%f : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %r : tensor<4x16xf32>
}
