// RUN: alt-opt %s --alt-emit-tiles --split-input-file --verify-diagnostics

#A = affine_map<(i, j, k) -> (i, k)>
#B = affine_map<(i, j, k) -> (k floordiv 2, j * 2 + k mod 2)>
#C = affine_map<(i, j, k) -> (i, j)>

func.func @many(%a: memref<48x32xbf16>, %b: memref<16x96xbf16>, %c: memref<48x48xf32>) {
  // expected-error @below {{the register tile has 3 by 3 tiles, more than fit the 8 tile registers}}
  linalg.generic {alt.tile_product = "bf16x2.tile", alt.tile_axes = array<i64: 0, 1, 2>,
      indexing_maps = [#A, #B, #C], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<48x32xbf16>, memref<16x96xbf16>) outs(%c : memref<48x48xf32>) {
  ^bb0(%x: bf16, %y: bf16, %s: f32):
    linalg.yield %s : f32
  }
  return
}

// -----

#A = affine_map<(i, j, k) -> (i, k)>
#C = affine_map<(i, j, k) -> (i, j)>

func.func @unknown(%a: memref<16x32xbf16>, %b: memref<32x16xbf16>, %c: memref<16x16xf32>) {
  // expected-error @below {{no product of tiles: alt.tile_product and alt.tile_axes name an instruction and three axes}}
  linalg.generic {alt.tile_product = "f8", alt.tile_axes = array<i64: 0, 1, 2>,
      indexing_maps = [#A, affine_map<(i, j, k) -> (k, j)>, #C], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<16x32xbf16>, memref<32x16xbf16>) outs(%c : memref<16x16xf32>) {
  ^bb0(%x: bf16, %y: bf16, %s: f32):
    linalg.yield %s : f32
  }
  return
}
