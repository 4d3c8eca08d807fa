// RUN: not alt-opt %s --transform-interpreter 2>&1 | FileCheck %s

// An op that was not tiled down to a register tile is refused, not unrolled into a megabyte.
// CHECK: error: register tile of 256 vectors; at most 64 are allowed
module attributes {transform.with_named_sequence} {
  func.func @kernel(%a: tensor<64x64xf32>, %out: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %r = linalg.abs ins(%a : tensor<64x64xf32>) outs(%out : tensor<64x64xf32>) -> tensor<64x64xf32>
    return %r : tensor<64x64xf32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.alt.vectorize_tile %func {lanes = 16 : i64} : !transform.any_op
    transform.yield
  }
}
