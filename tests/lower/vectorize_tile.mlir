// RUN: alt-opt %s --transform-interpreter --canonicalize --cse | FileCheck %s

// A register tile of 2x32: four accumulators of 16 lanes carried by the loop over k, started from
// the fill's constant, finished by the epilogue without a store between.
// CHECK-LABEL: func.func @kernel
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[ACC:.*]]:4 = scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]])
// CHECK: tensor.extract
// CHECK: vector.transfer_read {{.*}} : tensor<8x32xf32>, vector<16xf32>
// CHECK: arith.mulf {{.*}} fastmath<contract> : vector<16xf32>
// CHECK: arith.addf {{.*}} fastmath<contract> : vector<16xf32>
// CHECK: scf.yield
// CHECK: arith.maximumf %[[ACC]]#0, %{{.*}} : vector<16xf32>
// CHECK-COUNT-4: vector.transfer_write
// CHECK-NOT: linalg
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<2x8xf32>, %b: tensor<8x32xf32>, %out: tensor<2x32xf32>) -> tensor<2x32xf32> {
    %z = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2x32xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<2x32xf32>) -> tensor<2x32xf32>
    %r = linalg.matmul ins(%a, %b : tensor<2x8xf32>, tensor<8x32xf32>) outs(%f : tensor<2x32xf32>) -> tensor<2x32xf32>
    %q = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%r : tensor<2x32xf32>) outs(%out : tensor<2x32xf32>) {
    ^bb0(%x: f32, %o: f32):
      %m = arith.maximumf %x, %z : f32
      linalg.yield %m : f32
    } -> tensor<2x32xf32>
    return %q : tensor<2x32xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
