// For matmul.mlir: 10 points, of which 8 fit.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %rows = transform.tune.knob<"rows"> options = [8, 2, 4, 16, 64] -> !transform.any_param
    %columns = transform.tune.knob<"columns"> options = [32, 16] -> !transform.any_param
    transform.smt.constrain_params(%rows, %columns) : (!transform.any_param, !transform.any_param) -> () {
    ^bb0(%r: !smt.int, %c: !smt.int):
      %most = smt.int.constant 512
      %area = smt.int.mul %r, %c
      %fits = smt.int.cmp le %area, %most
      smt.assert %fits
    }
    %matmul = transform.structured.match ops{["linalg.matmul"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:3 = transform.structured.tile_using_for %matmul tile_sizes [%rows, %columns, 4] : (!transform.any_op, !transform.any_param, !transform.any_param) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.structured.vectorize %tiled : !transform.any_op
    transform.yield
  }
}
