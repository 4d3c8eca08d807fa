// RUN: alt-opt %s --alt-prepare --transform-interpreter --canonicalize --cse | FileCheck %s

// F(2x2, 3x3) of 5x6 outputs: three rows of three tiles, a thread unit each. The last unit has one row of
// outputs, and what its tiles compute beyond it is not written.
// CHECK-DAG: #[[OF_UNIT:.*]] = affine_map<(d0) -> (d0 * 2)>
// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0) -> (d0 * -2 + 5, 2)>
// CHECK-LABEL: func.func @kernel
// CHECK: scf.forall (%[[UNIT:.*]]) in (3) shared_outs(%[[OUT:.*]] = %{{.*}}) -> (tensor<1x5x6x16xf32>)
// CHECK: %[[ROW:.*]] = affine.apply #[[OF_UNIT]](%[[UNIT]])
// CHECK: %[[COUNT:.*]] = affine.min #[[ROWS]](%[[UNIT]])
// CHECK: tensor.extract_slice %[[OUT]][0, %[[ROW]], 0, 0] [1, %[[COUNT]], 6, 16] [1, 1, 1, 1]
// CHECK: linalg.generic {{.*}}alt.anchor
// CHECK: vector.transfer_write {{.*}}{in_bounds = [true, true, true]} : vector<2x2x16xf32>, tensor<1x?x6x16xf32>
// CHECK: else
// CHECK: vector.transfer_write %{{.*}} : vector<2x2x16xf32>, tensor<1x?x6x16xf32>
// CHECK: tensor.parallel_insert_slice
module attributes {transform.with_named_sequence} {
  func.func @kernel(%in: tensor<1x7x8x4xf32>, %filter: tensor<3x3x4x16xf32> {alt.constant}) -> tensor<1x5x6x16xf32> {
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<1x5x6x16xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x5x6x16xf32>) -> tensor<1x5x6x16xf32>
    %conv = linalg.conv_2d_nhwc_hwcf ins(%in, %filter : tensor<1x7x8x4xf32>, tensor<3x3x4x16xf32>) outs(%fill : tensor<1x5x6x16xf32>) -> tensor<1x5x6x16xf32>
    return %conv : tensor<1x5x6x16xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %conv = transform.structured.match attributes {alt.anchor} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.winograd %conv {m = 2 : i64, unit = 3 : i64, batch = 3 : i64, filters = 16 : i64, lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
