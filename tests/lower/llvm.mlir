// RUN: alt-opt %s --alt-lower-to-llvm | FileCheck %s

// Stages are plain C functions of pointers and two integers; exp of a vector is a polynomial.
// CHECK-LABEL: llvm.func @kernel_s0(%{{.*}}: !llvm.ptr {llvm.noalias}, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK-NOT: llvm.intr.exp
// CHECK: llvm.intr.fma({{.*}}) {{.*}}: (vector<16xf32>
// CHECK-NOT: llvm.intr.exp
// CHECK-NOT: malloc
func.func @kernel_s0(%a: memref<16xf32> {llvm.noalias}, %o: memref<16xf32>, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %z = arith.constant 0.0 : f32
  %v = vector.transfer_read %a[%c0], %z {in_bounds = [true]} : memref<16xf32>, vector<16xf32>
  %e = math.exp %v : vector<16xf32>
  vector.transfer_write %e, %o[%c0] {in_bounds = [true]} : vector<16xf32>, memref<16xf32>
  return
}
