// RUN: alt-opt %s --alt-prepare | FileCheck %s

// A pad is a fill and a copy into the middle, both marked to be done beside the loop nest.
// CHECK-NOT: tensor.pad
// CHECK: %[[ALL:.*]] = linalg.generic {{.*}}outs({{.*}} : tensor<6x10xf32>) attrs = {alt.side = 0 : i64}
// CHECK: %[[MIDDLE:.*]] = tensor.extract_slice %[[ALL]][1, 1] [4, 8] [1, 1]
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}}outs(%[[MIDDLE]] {{.*}}attrs = {alt.side = 1 : i64}
// CHECK: tensor.insert_slice %[[COPY]] into %[[ALL]][1, 1] [4, 8] [1, 1]
func.func @kernel(%a: tensor<4x8xf32>) -> tensor<6x10xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %a low[1, 1] high[1, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : f32
  } : tensor<4x8xf32> to tensor<6x10xf32>
  %e = tensor.empty() : tensor<6x10xf32>
  %r = linalg.exp ins(%p : tensor<6x10xf32>) outs(%e : tensor<6x10xf32>) -> tensor<6x10xf32>
  return %r : tensor<6x10xf32>
}
