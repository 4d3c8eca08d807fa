// RUN: alt-opt %s --alt-prepare | FileCheck %s

// x^3 is two multiplications, as in a Gelu; LLVM's powi takes no exponent of 64 bits.
// CHECK-NOT: fpowi
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: arith.sitofp
// CHECK: math.powf
// CHECK-NOT: fpowi
#id = affine_map<(i) -> (i)>
func.func @kernel(%x: tensor<8xf32>, %n: tensor<8xi64>) -> tensor<8xf32> {
  %c3 = arith.constant 3 : i64
  %e = tensor.empty() : tensor<8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%x, %n : tensor<8xf32>, tensor<8xi64>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %k: i64, %o: f32):
    %p = math.fpowi %a, %c3 : f32, i64
    %q = math.fpowi %p, %k : f32, i64
    linalg.yield %q : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}
