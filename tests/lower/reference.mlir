// RUN: alt-opt %s --alt-reference | FileCheck %s

// Out of place, whatever may be overwritten; inputs, results, and the bounds of the one unit. A pad
// below zero by its definition.
// CHECK: func.func @reference_s0(%[[A:.*]]: memref<4x8xf32> {llvm.noalias}, %[[OUT:.*]]: memref<3x7xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index)
// CHECK-NOT: alt.
// CHECK: scf.if
// CHECK-NEXT: memref.load %[[A]]
// CHECK: memref.store %{{.*}}, %[[OUT]]
func.func @kernel(%a: tensor<4x8xf32>) -> tensor<3x7xf32> {
  %z = arith.constant 1.0 : f32
  %p = tensor.pad %a low[-1, 0] high[0, -1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : f32
  } : tensor<4x8xf32> to tensor<3x7xf32>
  %r = linalg.exp ins(%p : tensor<3x7xf32>) outs(%p : tensor<3x7xf32>) -> tensor<3x7xf32>
  return %r : tensor<3x7xf32>
}
