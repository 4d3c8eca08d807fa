// RUN: not alt-opt --transform-interpreter %s 2>&1 | FileCheck %s
// RUN: sed -e 's/\["reg.i0"\]/["reg.i0", "tile.i0"]/' %s | not alt-opt 2>&1 | FileCheck %s --check-prefix=NAMES
// CHECK: error: stands for the ops that `alt tune --schedule` writes in its place
// NAMES: error: 'transform.alt.schedule' op has 2 names for 1 parameters
module attributes {transform.with_named_sequence} {
  func.func @kernel() {
    return
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %k0 = transform.param.constant 8 : i64 -> !transform.any_param
    transform.alt.schedule %module knobs ["reg.i0"] (%k0) {kernel = "0123456789abcdef", threads = 1 : i64} : (!transform.any_op, !transform.any_param)
    transform.yield
  }
}
