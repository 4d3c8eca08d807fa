// RUN: alt-opt %s --split-input-file --alt-outline-stages | FileCheck %s

// A loop that only reads belongs to the store of its result: what it reads decides whether the stage
// runs ahead, and what it captures goes with it.
// CHECK: \22ahead\22:false
// CHECK-NOT: \22ahead\22:true
// CHECK: func.func @kernel_s0(
// CHECK: scf.for
// CHECK: memref.load
// CHECK: memref.store
func.func @kernel(%in: memref<8xf32>, %out: memref<1xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %z = arith.constant 0.0 : f32
  %scratch = memref.alloc() : memref<1xf32>
  %sum = scf.for %i = %c0 to %c8 step %c1 iter_args(%acc = %z) -> (f32) {
    %x = memref.load %in[%i] : memref<8xf32>
    %next = arith.addf %acc, %x : f32
    scf.yield %next : f32
  }
  memref.store %sum, %scratch[%c0] : memref<1xf32>
  %v = memref.load %scratch[%c0] : memref<1xf32>
  memref.store %v, %out[%c0] : memref<1xf32>
  return
}

// -----

// A result that an ahead stage stores and a later stage needs, too, is computed in both, each with
// all that its loop captures.
// CHECK: \22ahead\22:true
// CHECK: \22ahead\22:false
// CHECK: func.func @kernel_s0(
// CHECK: scf.for
// CHECK: func.func @kernel_s1(
// CHECK: scf.for
// CHECK: memref.load
func.func @kernel(%in: memref<8xf32> {alt.constant}, %x: memref<1xf32>, %out: memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %z = arith.constant 0.0 : f32
  %scratch = memref.alloc() : memref<1xf32>
  %sum = scf.for %i = %c0 to %c8 step %c1 iter_args(%acc = %z) -> (f32) {
    %e = memref.load %in[%i] : memref<8xf32>
    %next = arith.addf %acc, %e : f32
    scf.yield %next : f32
  }
  memref.store %sum, %scratch[%c0] : memref<1xf32>
  %v = memref.load %x[%c0] : memref<1xf32>
  %both = arith.addf %v, %sum : f32
  memref.store %both, %out[%c0] : memref<2xf32>
  %s = memref.load %scratch[%c0] : memref<1xf32>
  memref.store %s, %out[%c1] : memref<2xf32>
  return
}
