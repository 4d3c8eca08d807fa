// Two levels of tiles, then vectors: alt tune matmul.mlir --schedule schedule.mlir
//
// A knob's first option is the default. Constraints keep what would not work from being tried: tiles
// must nest (a tile that is cut short has no vector form here), and the accumulators of a register tile
// must fit the registers.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %mc = transform.tune.knob<"mc"> options = [128, 32, 64, 256, 512] -> !transform.any_param
    %nc = transform.tune.knob<"nc"> options = [256, 64, 128, 512] -> !transform.any_param
    %kc = transform.tune.knob<"kc"> options = [128, 64, 256, 512] -> !transform.any_param
    %mr = transform.tune.knob<"mr"> options = [8, 1, 2, 4, 16] -> !transform.any_param
    %nr = transform.tune.knob<"nr"> options = [32, 16, 64] -> !transform.any_param
    %kr = transform.tune.knob<"kr"> options = [4, 1, 2, 8] -> !transform.any_param

    transform.smt.constrain_params(%mc, %nc, %mr, %nr) : (!transform.any_param, !transform.any_param, !transform.any_param, !transform.any_param) -> () {
    ^bb0(%m: !smt.int, %n: !smt.int, %rows: !smt.int, %columns: !smt.int):
      %zero = smt.int.constant 0
      %m_rest = smt.int.mod %m, %rows
      %m_nests = smt.eq %m_rest, %zero : !smt.int
      smt.assert %m_nests
      %n_rest = smt.int.mod %n, %columns
      %n_nests = smt.eq %n_rest, %zero : !smt.int
      smt.assert %n_nests
      %lanes = smt.int.constant 16
      %vectors = smt.int.div %columns, %lanes
      %accumulators = smt.int.mul %rows, %vectors
      %registers = smt.int.constant 28
      %fits = smt.int.cmp le %accumulators, %registers
      smt.assert %fits
    }

    %matmul = transform.structured.match ops{["linalg.matmul"]} in %module : (!transform.any_op) -> !transform.any_op
    // Which loop over the cache tiles is outermost is a choice among sub-schedules.
    %cache = transform.tune.alternatives<"order"> -> !transform.any_op {
      %tiled, %loops:3 = transform.structured.tile_using_for %matmul tile_sizes [%mc, %nc, %kc] interchange = [1, 2, 0] : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
      transform.yield %tiled : !transform.any_op
    }, {
      %tiled, %loops:3 = transform.structured.tile_using_for %matmul tile_sizes [%mc, %nc, %kc] interchange = [0, 1, 2] : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
      transform.yield %tiled : !transform.any_op
    }
    %register, %inner:3 = transform.structured.tile_using_for %cache tile_sizes [%mr, %nr, %kr] interchange = [1, 0, 2] : (!transform.any_op, !transform.any_param, !transform.any_param, !transform.any_param) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.structured.vectorize %register {create_named_contraction} : !transform.any_op

    // The accumulators leave the innermost loop: they stay in registers while it runs.
    %func = transform.structured.match ops{["func.func"]} in %module : (!transform.any_op) -> !transform.op<"func.func">
    transform.apply_patterns to %func {
      transform.apply_patterns.vector.reduction_to_contract
      transform.apply_patterns.vector.transfer_permutation_patterns
      transform.apply_patterns.tensor.fold_tensor_subset_ops_into_vector_transfers
      transform.apply_patterns.canonicalization
    } : !transform.op<"func.func">
    %all = transform.structured.match interface{LoopLikeInterface} in %func : (!transform.op<"func.func">) -> !transform.any_op
    transform.apply_licm to %all : !transform.any_op
    transform.loop.hoist_loop_invariant_subsets %all : !transform.any_op
    transform.apply_patterns to %func {
      transform.apply_patterns.vector.lower_contraction lowering_strategy = "outerproduct"
    } : !transform.op<"func.func">
    transform.apply_patterns to %func {
      transform.apply_patterns.vector.lower_outerproduct
      transform.apply_patterns.canonicalization
    } : !transform.op<"func.func">
    transform.yield
  }
}
