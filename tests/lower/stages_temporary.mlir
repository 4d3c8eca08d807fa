// RUN: alt-opt %s --alt-outline-stages | FileCheck %s

// Two ahead stages in one: what the first writes only the second reads, and it need not be kept.
// CHECK: alt.plan = "{\22scratch\22:[{\22bytes\22:64,\22persistent\22:false},{\22bytes\22:64,\22persistent\22:true}],\22stages\22:[{\22ahead\22:true
// CHECK: func.func @kernel_s0
// CHECK: linalg.exp
// CHECK: linalg.log
// CHECK: func.func @kernel_s1
func.func @kernel(%in: memref<16xf32>, %w: memref<16xf32> {alt.constant}, %out: memref<16xf32>) {
  %transformed = memref.alloc() : memref<16xf32>
  %packed = memref.alloc() : memref<16xf32>
  linalg.exp ins(%w : memref<16xf32>) outs(%transformed : memref<16xf32>)
  linalg.log ins(%transformed : memref<16xf32>) outs(%packed : memref<16xf32>)
  linalg.mul ins(%in, %packed : memref<16xf32>, memref<16xf32>) outs(%out : memref<16xf32>)
  return
}
