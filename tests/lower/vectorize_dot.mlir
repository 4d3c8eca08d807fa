// RUN: alt-opt %s --transform-interpreter --split-input-file | FileCheck %s
// RUN: sed -e 's/dot_products = "bf16x2 i8x4 i16x2", //' %s | alt-opt --transform-interpreter --split-input-file | FileCheck %s --check-prefix=WITHOUT

// Two steps of the reduction are one instruction; what is left of an odd number is widened.
// CHECK-LABEL: func @bf16
// CHECK: vector.transfer_read {{.*}} vector<2xbf16>
// CHECK: vector.interleave {{.*}} : vector<16xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK: arith.extf
// WITHOUT-LABEL: func @bf16
// WITHOUT-NOT: llvm.call_intrinsic
module attributes {transform.with_named_sequence} {
  func.func @bf16(%a: tensor<2x3xbf16>, %b: tensor<3x16xbf16>, %c: tensor<2x16xf32>) -> tensor<2x16xf32> {
    %r = linalg.generic {alt.unroll = array<i64: 3>,
        indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<2x3xbf16>, tensor<3x16xbf16>) outs(%c : tensor<2x16xf32>) {
    ^bb0(%x: bf16, %y: bf16, %s: f32):
      %xw = arith.extf %x : bf16 to f32
      %yw = arith.extf %y : bf16 to f32
      %p = arith.mulf %xw, %yw : f32
      %t = arith.addf %s, %p : f32
      linalg.yield %t : f32
    } -> tensor<2x16xf32>
    return %r : tensor<2x16xf32>
  }
  transform.named_sequence @__transform_main(%m: !transform.any_op) {
    %f = transform.structured.match ops{["func.func"]} in %m : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %f {dot_products = "bf16x2 i8x4 i16x2", lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}

// -----

// Bytes of unlike signs, four steps at once; the unsigned side is the instruction's first.
// CHECK-LABEL: func @bytes
// CHECK: vector.transfer_read {{.*}} vector<4xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// WITHOUT-LABEL: func @bytes
// WITHOUT-NOT: llvm.call_intrinsic
module attributes {transform.with_named_sequence} {
  func.func @bytes(%a: tensor<2x4xi8>, %b: tensor<4x16xi8>, %c: tensor<2x16xi32>) -> tensor<2x16xi32> {
    %r = linalg.generic {alt.unroll = array<i64: 4>,
        indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<2x4xi8>, tensor<4x16xi8>) outs(%c : tensor<2x16xi32>) {
    ^bb0(%x: i8, %y: i8, %s: i32):
      %xw = arith.extui %x : i8 to i32
      %yw = arith.extsi %y : i8 to i32
      %p = arith.muli %xw, %yw : i32
      %t = arith.addi %s, %p : i32
      linalg.yield %t : i32
    } -> tensor<2x16xi32>
    return %r : tensor<2x16xi32>
  }
  transform.named_sequence @__transform_main(%m: !transform.any_op) {
    %f = transform.structured.match ops{["func.func"]} in %m : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %f {dot_products = "bf16x2 i8x4 i16x2", lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
