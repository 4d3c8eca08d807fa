// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// B of 5 rows in pairs, three of them (the last with zeros), panels of 16 columns: what vdpbf16ps takes of it is one
// load, and the rest of an odd number of steps is found element by element.
// CHECK-LABEL: func.func @kernel
// CHECK: tensor.empty() : tensor<2x3x32xbf16>
// CHECK: vector.interleave %{{.*}}, %{{.*}} : vector<16xbf16>
// CHECK: vector.transfer_write {{.*}} : vector<1x1x32xbf16>, tensor<2x3x32xbf16>
// CHECK: %[[P:.*]] = tensor.extract_slice {{.*}} : tensor<2x3x32xbf16> to tensor<3x32xbf16>
// CHECK-NOT: vector.interleave
// CHECK: vector.transfer_read %[[P]]{{.*}} : tensor<3x32xbf16>, vector<32xbf16>
// CHECK-NOT: vector.interleave
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<4x5xbf16>, %b: tensor<5x32xbf16>, %c: tensor<4x32xf32>) -> tensor<4x32xf32> {
    %r = linalg.generic {alt.unroll = array<i64: 2>, alt.vector = 1 : i64,
        indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<4x5xbf16>, tensor<5x32xbf16>) outs(%c : tensor<4x32xf32>) {
    ^bb0(%x: bf16, %y: bf16, %s: f32):
      %xw = arith.extf %x : bf16 to f32
      %yw = arith.extf %y : bf16 to f32
      %p = arith.mulf %xw, %yw : f32
      %t = arith.addf %s, %p : f32
      linalg.yield %t : f32
    } -> tensor<4x32xf32>
    return %r : tensor<4x32xf32>
  }
  transform.named_sequence @__transform_main(%m: !transform.any_op) {
    %f = transform.structured.match ops{["func.func"]} in %m : (!transform.any_op) -> !transform.any_op
    %mm = transform.structured.match ops{["linalg.generic"]} in %m : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %mm tile_sizes [0, 16, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.alt.pack_operand %tiled {operand = 1 : i64, tile = 16 : i64, steps = 2 : i64, dimension = 0 : i64} : !transform.any_op
    transform.alt.vectorize_tile %f {dot_products = "bf16x2 i8x4 i16x2", lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
