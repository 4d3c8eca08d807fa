// RUN: alt-opt %s --alt-outline-stages | FileCheck %s

// What reads only a constant and writes scratch runs ahead; a parallel loop is a stage over units;
// scratch inside it is the unit's own, on the stack.
// CHECK: alt.plan = "{\22scratch\22:[{\22bytes\22:64,\22persistent\22:true}],\22stages\22:[{\22ahead\22:true
// CHECK-SAME: \22symbol\22:\22kernel_s0\22,\22units\22:1}
// CHECK-SAME: {\22ahead\22:false
// CHECK-SAME: \22symbol\22:\22kernel_s1\22,\22units\22:8}
// CHECK: func.func @kernel_s0(%{{.*}}: memref<16xf32> {llvm.noalias}, %{{.*}}: memref<16xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index)
// CHECK: linalg.exp
// CHECK: func.func @kernel_s1(%[[IN:.*]]: memref<4x16xf32> {llvm.noalias}, %{{.*}}: memref<4x16xf32> {llvm.noalias}, %{{.*}}: memref<16xf32> {llvm.noalias}, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<8xf32>
// CHECK: scf.for %[[U:.*]] = %[[BEGIN]] to %[[END]]
// CHECK: affine.apply
// CHECK-NOT: @kernel(
func.func @kernel(%in: memref<4x16xf32>, %w: memref<16xf32> {alt.constant}, %out: memref<4x16xf32>) {
  %packed = memref.alloc() : memref<16xf32>
  linalg.exp ins(%w : memref<16xf32>) outs(%packed : memref<16xf32>)
  scf.forall (%i, %j) = (0, 0) to (4, 16) step (1, 8) {
    %own = memref.alloc() : memref<8xf32>
    %p = memref.subview %packed[%j] [8] [1] : memref<16xf32> to memref<8xf32, strided<[1], offset: ?>>
    %x = memref.subview %in[%i, %j] [1, 8] [1, 1] : memref<4x16xf32> to memref<8xf32, strided<[1], offset: ?>>
    %o = memref.subview %out[%i, %j] [1, 8] [1, 1] : memref<4x16xf32> to memref<8xf32, strided<[1], offset: ?>>
    linalg.mul ins(%x, %p : memref<8xf32, strided<[1], offset: ?>>, memref<8xf32, strided<[1], offset: ?>>) outs(%own : memref<8xf32>)
    linalg.exp ins(%own : memref<8xf32>) outs(%o : memref<8xf32, strided<[1], offset: ?>>)
  }
  return
}
