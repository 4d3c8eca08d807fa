// RUN: alt-opt %s --alt-prepare --transform-interpreter --canonicalize --cse | FileCheck %s

// F(4x4, 3x3) of an 8x8 image: four tiles in batches of two. The filter is transformed before the loops.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME: %[[IN:[^:]*]]: memref<1x8x8x4xf32>
// CHECK-DAG: %[[G:.*]] = arith.constant dense<{{.*}}> : tensor<6x3xf32>
// CHECK: linalg.generic {{.*}} ins(%[[G]], %[[G]], %{{.*}} : tensor<6x3xf32>, tensor<6x3xf32>, tensor<3x3x4x16xf32>)
// CHECK-SAME: alt.side
// CHECK: %[[U:.*]] = tensor.collapse_shape %{{.*}} : tensor<6x6x4x16xf32> into tensor<36x4x16xf32>

// Per batch, the inputs: tiles inside the image are read as they lie, others under masks, at places in the
// image. No padded copy.
// CHECK: scf.for %{{.*}} = %c0 to %c4 step %c2 iter_args(%[[OUT:.*]] = %{{.*}}) -> (tensor<1x8x8x16xf32>)
// CHECK: %[[V:.*]] = scf.for {{.*}} -> (tensor<36x2x4xf32>)
// CHECK: scf.if
// CHECK: vector.transfer_read %{{.*}} : tensor<1x8x8x4xf32>, vector<4xf32>
// CHECK: vector.transfer_write %{{.*}} {in_bounds = [true, true, true]} : vector<36x1x4xf32>, tensor<36x2x4xf32>
// CHECK: else
// CHECK: %[[ABOVE:.*]] = arith.minsi %{{.*}}, %c7 : index
// CHECK: %[[ROW:.*]] = arith.maxsi %[[ABOVE]], %c0 : index
// CHECK: %[[LEFT:.*]] = arith.minsi %{{.*}}, %c7 : index
// CHECK: %[[COLUMN:.*]] = arith.maxsi %[[LEFT]], %c0 : index
// CHECK: vector.broadcast %{{.*}} : i1 to vector<4xi1>
// CHECK: vector.transfer_read %{{.*}}[%c0, %[[ROW]], %[[COLUMN]], %c0]

// The products, for a schedule to tile.
// CHECK: linalg.generic {{.*}} ins(%[[V]], %[[U]] : tensor<36x2x4xf32>, tensor<36x4x16xf32>)
// CHECK-SAME: alt.anchor
// CHECK: %[[M:.*]] = linalg.generic {{.*}}alt.root

// And back, with the bias.
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[OUT]])
// CHECK: vector.transfer_read %[[M]]
// CHECK: vector.transfer_read %{{.*}} : tensor<16xf32>, vector<16xf32>
// CHECK: arith.addf
// CHECK: vector.transfer_write {{.*}} : vector<4x4x16xf32>, tensor<1x8x8x16xf32>
#same = affine_map<(n, h, w, f) -> (n, h, w, f)>
module attributes {transform.with_named_sequence} {
  func.func @kernel(%in: tensor<1x8x8x4xf32>, %filter: tensor<3x3x4x16xf32> {alt.constant}, %bias: tensor<16xf32>) -> tensor<1x8x8x16xf32> {
    %zero = arith.constant 0.0 : f32
    %padded = tensor.pad %in low[0, 1, 1, 0] high[0, 1, 1, 0] {
    ^bb0(%i: index, %j: index, %k: index, %l: index):
      tensor.yield %zero : f32
    } : tensor<1x8x8x4xf32> to tensor<1x10x10x4xf32>
    %empty = tensor.empty() : tensor<1x8x8x16xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    %conv = linalg.conv_2d_nhwc_hwcf ins(%padded, %filter : tensor<1x10x10x4xf32>, tensor<3x3x4x16xf32>) outs(%fill : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    %sum = linalg.generic {indexing_maps = [#same, affine_map<(n, h, w, f) -> (f)>, #same], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%conv, %bias : tensor<1x8x8x16xf32>, tensor<16xf32>) outs(%empty : tensor<1x8x8x16xf32>) {
    ^bb0(%x: f32, %y: f32, %o: f32):
      %s = arith.addf %x, %y : f32
      linalg.yield %s : f32
    } -> tensor<1x8x8x16xf32>
    return %sum : tensor<1x8x8x16xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %conv = transform.structured.match attributes {alt.anchor} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.winograd %conv {m = 4 : i64, unit = 4 : i64, batch = 2 : i64, filters = 16 : i64, lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
