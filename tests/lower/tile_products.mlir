// RUN: alt-opt %s --alt-emit-tiles | FileCheck %s
// RUN: alt-opt %s --alt-emulate-tiles | FileCheck %s --check-prefix=EMULATED
// RUN: alt-opt %s --alt-emit-tiles --alt-lower-to-llvm | mlir-translate --mlir-to-llvmir | llc -mtriple=x86_64-linux -mattr=+amx-tile,+amx-bf16,+amx-int8,+avx512f,+avx512bw,+avx512vl | FileCheck %s --check-prefix=ASM

#A = affine_map<(i, j, k) -> (i, k)>
#B = affine_map<(i, j, k) -> (k floordiv 2, j * 2 + k mod 2)>
#B4 = affine_map<(i, j, k) -> (k floordiv 4, j * 4 + k mod 4)>
#C = affine_map<(i, j, k) -> (i, j)>

// Two by two tiles start from zero; the factor that is streamed passes L1 by.
// CHECK: memref.global "private" constant @alt_tile_shapes0 : memref<64xi8> = dense<[1, 0, 0,
// CHECK-LABEL: func @bf16
// CHECK: llvm.call_intrinsic "llvm.x86.ldtilecfg"
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilezero"
// CHECK: scf.for
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.tileloadd64"
// CHECK: llvm.call_intrinsic "llvm.x86.tileloaddt164"
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// CHECK: llvm.call_intrinsic "llvm.x86.tileloaddt164"
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.tilestored64"
// CHECK: llvm.call_intrinsic "llvm.x86.tilerelease"

// EMULATED-DAG: func.func private @alt_tdpbf16ps(i8, i8, i8)
// EMULATED-LABEL: func @bf16
// EMULATED: call @alt_ldtilecfg
// EMULATED: call @alt_tileloaddt164
// EMULATED: call @alt_tdpbf16ps

// ASM-LABEL: bf16:
// ASM: ldtilecfg
// ASM-COUNT-4: tilezero
// ASM: tileloaddt1
// ASM: tdpbf16ps
// ASM: j{{[a-z]+}} .LBB0_
// ASM: tilestored %tmm3
// ASM-NOT: tileload
// ASM: tilerelease
func.func @bf16(%a: memref<32x128xbf16>, %b: memref<64x64xbf16>, %c: memref<32x32xf32>) {
  linalg.generic {alt.tile_product = "bf16x2.tile", alt.tile_axes = array<i64: 0, 1, 2>,
      alt.tile_stream = 0 : i64, alt.tile_from_zero,
      indexing_maps = [#A, #B, #C], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x128xbf16>, memref<64x64xbf16>) outs(%c : memref<32x32xf32>) {
  ^bb0(%x: bf16, %y: bf16, %s: f32):
    %xw = arith.extf %x : bf16 to f32
    %yw = arith.extf %y : bf16 to f32
    %p = arith.mulf %xw, %yw : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  return
}

// Sums go on from what is there; 70 steps are 64 and 6, which are copied with zeros behind; 21 rows are
// 16 and 5, of which the short ones have a register of their own.
// CHECK-LABEL: func @bytes
// CHECK: memref.alloca() {{.*}} : memref<32x64xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.ldtilecfg"
// CHECK-NOT: tilezero
// CHECK: "llvm.x86.tdpbusd"
// CHECK: vector.transfer_read {{.*}} vector<64xi8>
// CHECK: vector.store
// CHECK: "llvm.x86.tdpbusd"
// ASM-LABEL: bytes:
// ASM: tdpbusd %tmm2, %tmm7, %tmm1
func.func @bytes(%a: memref<21x70xi8>, %b: memref<32x64xi8>, %c: memref<21x16xi32>) {
  linalg.generic {alt.tile_product = "u8i8x4.tile", alt.tile_axes = array<i64: 0, 1, 2>,
      indexing_maps = [#A, #B4, #C], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<21x70xi8>, memref<32x64xi8>) outs(%c : memref<21x16xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %xw = arith.extui %x : i8 to i32
    %yw = arith.extsi %y : i8 to i32
    %p = arith.muli %xw, %yw : i32
    %t = arith.addi %s, %p : i32
    linalg.yield %t : i32
  }
  return
}
