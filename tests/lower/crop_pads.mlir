// RUN: alt-opt %s --split-input-file --alt-prepare | FileCheck %s

// A pad below zero is a slice, and a pad that only adds.
// CHECK-LABEL: func.func @mixed
// CHECK-NOT: tensor.pad
// CHECK: %[[LEFT:.*]] = tensor.extract_slice {{.*}}[1, 0] [3, 7] [1, 1] : tensor<4x8xf32> to tensor<3x7xf32>
// CHECK: tensor.insert_slice {{.*}}[0, 3] [3, 7] [1, 1] : tensor<3x7xf32> into tensor<3x10xf32>
func.func @mixed(%a: tensor<4x8xf32>) -> tensor<3x10xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %a low[-1, 3] high[0, -1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : f32
  } : tensor<4x8xf32> to tensor<3x10xf32>
  return %p : tensor<3x10xf32>
}

// -----

// What leaves nothing of its source is padding throughout.
// CHECK-LABEL: func.func @beyond
// CHECK-NOT: extract_slice
// CHECK: tensor.generate
// CHECK-NEXT: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[SUM:.*]] = arith.addi %[[I]], %[[J]]
func.func @beyond(%a: tensor<4x8xi64>) -> tensor<3x10xi64> {
  %p = tensor.pad %a low[-5, 3] high[4, -1] {
  ^bb0(%i: index, %j: index):
    %s = arith.addi %i, %j : index
    %v = arith.index_cast %s : index to i64
    tensor.yield %v : i64
  } : tensor<4x8xi64> to tensor<3x10xi64>
  return %p : tensor<3x10xi64>
}
