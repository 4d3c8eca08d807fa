// RUN: alt-opt %s --alt-prepare --alt-bufferize | FileCheck %s

// Loops that store elements into what they carry do so in one buffer, however deep.
// CHECK-LABEL: func.func @kernel
// CHECK: %[[CARRIED:.*]] = memref.alloc()
// CHECK-NOT: memref.alloc
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.store {{.*}}, %[[CARRIED]]
func.func @kernel(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<4x8xf32>
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%t = %e) -> tensor<4x8xf32> {
    %s = scf.for %j = %c0 to %c8 step %c1 iter_args(%u = %t) -> tensor<4x8xf32> {
      %v = tensor.extract %a[%i, %j] : tensor<4x8xf32>
      %w = tensor.insert %v into %u[%i, %j] : tensor<4x8xf32>
      scf.yield %w : tensor<4x8xf32>
    }
    scf.yield %s : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}
