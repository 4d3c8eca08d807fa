// RUN: alt-opt %s --alt-outline-stages | FileCheck %s

// Parallel loops that are mapped to processors, one after the other, are parts of one: their units are
// counted through, and threads share all of them.
// CHECK: alt.plan = {{.*}}\22units\22:3}]
// CHECK: func.func @kernel_s0(%{{.*}}: memref<20xf32> {llvm.noalias}, %{{.*}}: memref<20xf32> {llvm.noalias}, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK: scf.for
// CHECK: memref.subview {{.*}} [8] [1]
// CHECK: %[[FIRST:.*]] = arith.subi %[[BEGIN]], %[[TWO:.*]] : index
// CHECK: %[[LOW:.*]] = arith.maxsi %[[FIRST]], %{{.*}} : index
// CHECK: %[[FROM:.*]] = arith.minsi %[[LOW]], %{{.*}} : index
// CHECK: scf.for %{{.*}} = %[[FROM]] to
// CHECK: memref.subview {{.*}} [4] [1]
// CHECK-NOT: func.func
func.func @kernel(%in: memref<20xf32>, %out: memref<20xf32>) {
  scf.forall (%i) = (0) to (16) step (8) {
    %x = memref.subview %in[%i] [8] [1] : memref<20xf32> to memref<8xf32, strided<[1], offset: ?>>
    %o = memref.subview %out[%i] [8] [1] : memref<20xf32> to memref<8xf32, strided<[1], offset: ?>>
    linalg.exp ins(%x : memref<8xf32, strided<[1], offset: ?>>) outs(%o : memref<8xf32, strided<[1], offset: ?>>)
  } {mapping = [#gpu.block<linear_dim_0>]}
  scf.forall (%i) = (16) to (20) step (4) {
    %x = memref.subview %in[%i] [4] [1] : memref<20xf32> to memref<4xf32, strided<[1], offset: ?>>
    %o = memref.subview %out[%i] [4] [1] : memref<20xf32> to memref<4xf32, strided<[1], offset: ?>>
    linalg.exp ins(%x : memref<4xf32, strided<[1], offset: ?>>) outs(%o : memref<4xf32, strided<[1], offset: ?>>)
  } {mapping = [#gpu.block<linear_dim_0>]}
  return
}
