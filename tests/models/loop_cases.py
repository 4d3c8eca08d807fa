"""Cases of Loop, Scan and If for operators.py: {name: (operator, inputs, constants, number of outputs, attributes)}. A body takes what is
outside by name: `NAME_in0` is the first input of its case, `NAME_const0` the first constant."""
import numpy as np
import onnx
import onnx.parser

RNG = np.random.default_rng(7)
FLAG, STEPS = np.array(True), lambda n: np.array(n, np.int64)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def ramp(*shape):
    """Positive, so that sums reach a bound."""
    return RNG.uniform(0.5, 1, shape).astype(np.float32)


def loop(body, inputs, constants=(), outputs=1, takes=None):
    """`takes` are the node's inputs where they are not all inputs and constants, in that order."""
    return "Loop", list(inputs), list(constants), outputs, {"body": onnx.parser.parse_graph(body), "takes": takes}


LOOPS = {
    "loop_for": loop(
        "b (int64 i, bool c, float[2,3] a) => (bool d, float[2,3] n, float[2,3] s) { n = Add(a, loop_for_in0) s = Mul(n, n) d = Identity(c) }",
        [floats(2, 3)], [STEPS(5), FLAG], 2, ["const0", "const1", "in0"]),
    "loop_no_condition": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n, float s) { n = Add(a, a) s = ReduceSum<keepdims=0>(n) d = Identity(c) }",
        [floats(3)], [STEPS(3)], 2, ["const0", "", "in0"]),
    "loop_stops": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n, float[3] s) <int64 four = {4}> { n = Mul(a, loop_stops_in0) s = Neg(n) d = Less(i, four) }",
        [floats(3)], [STEPS(9), FLAG], 2, ["const0", "const1", "in0"]),
    "loop_false": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n) { n = Add(a, loop_false_in0) d = Constant<value = bool {0}>() }",
        [floats(3)], [STEPS(5), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_counts": loop(
        "b (int64 i, bool c, float[3] a, int64 k) => (bool d, float[3] n, int64 m, int64 s) <int64 two = {2}, int64 ten = {10}>"
        "{ n = Add(a, loop_counts_in0) m = Add(k, two) s = Mul(m, i) d = Less(m, ten) }",
        [floats(3)], [FLAG, STEPS(1)], 3, ["", "const0", "in0", "const1"]),
    "loop_longest": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n) <int64 six = {6}> { n = Add(a, loop_longest_in0) d = Less(i, six) }",
        [floats(3)], [STEPS(2**63 - 1), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_while": loop(
        "b (int64 i, bool c, float[2,3] a) => (bool d, float[2,3] n) <float most = {7}> { n = Add(a, loop_while_in0) x = ReduceMax<keepdims=0>(n) d = Less(x, most) }",
        [ramp(2, 3)], [STEPS(40), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_while_ends": loop(
        "b (int64 i, bool c, float[2,3] a) => (bool d, float[2,3] n) <float most = {700}> { n = Add(a, loop_while_ends_in0) x = ReduceMax<keepdims=0>(n) d = Less(x, most) }",
        [ramp(2, 3)], [STEPS(4), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_while_states": loop(
        "b (int64 i, bool c, float[3] a, int64 k, bool f) => (bool d, float[3] n, int64 m, bool g) <float most = {4}>"
        "{ n = Add(a, loop_while_states_in0) m = Add(k, i) g = Not(f) x = ReduceSum<keepdims=0>(n) d = Less(x, most) }",
        [ramp(3), STEPS(2), np.array(False)], [STEPS(9), FLAG], 3, ["const0", "const1", "in0", "in1", "in2"]),
    "loop_asked": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n) { n = Add(a, loop_asked_in1) d = Identity(c) }",
        [FLAG, floats(3)], [STEPS(3)], 1, ["const0", "in0", "in1"]),
    "loop_not_asked": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n) { n = Add(a, loop_not_asked_in1) d = Identity(c) }",
        [np.array(False), floats(3)], [STEPS(3)], 1, ["const0", "in0", "in1"]),
    "loop_of_one": loop(
        "b (int64 i, bool[1] c, float[3] a) => (bool[1] d, float[3] n) <float[1] most = {5}> { n = Add(a, loop_of_one_in0) x = ReduceMax<keepdims=1>(n) d = Less(x, most) }",
        [ramp(3)], [np.array([9]), np.array([True])], 1, ["const0", "const1", "in0"]),
    "loop_swaps": loop(
        "b (int64 i, bool c, float[3] a, float[3] e, float[3] k) => (bool d, float[3] f, float[3] g, float[3] l, float[3] s)"
        "{ f = Add(e, k) g = Identity(a) l = Identity(k) s = Sub(a, e) d = Identity(c) }",
        [floats(3), floats(3), floats(3)], [STEPS(5), FLAG], 4, ["const0", "const1", "in0", "in1", "in2"]),
    "loop_gathers": loop(
        "b (int64 i, bool c, float[4] a) => (bool d, float[4] n, float[4] s) { r = Gather<axis=0>(loop_gathers_in1, i) t = Cast<to=1>(i) v = Mul(r, t) n = Add(a, v) s = Neg(r) d = Identity(c) }",
        [floats(4), floats(6, 4)], [STEPS(6), FLAG], 2, ["const0", "const1", "in0"]),
    "loop_grows": loop(
        "b (int64 i, bool c, float[n,2] a) => (bool d, float[m,2] n) { x = Neg(a) n = Concat<axis=0>(x, loop_grows_in0) d = Identity(c) }",
        [floats(1, 2)], [STEPS(4), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_nested": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n, float[4,3] s) <int64 four = {4}> { d = Identity(c)"
        " n, s = Loop(four, c, a) <body = inner (int64 j, bool e, float[3] p) => (bool f, float[3] q, float[3] t)"
        " { u = Add(i, j) v = Cast<to=1>(u) w = Mul(v, loop_nested_in0) q = Add(p, w) t = Sub(q, a) f = Identity(e) }> }",
        [floats(3)], [STEPS(3), FLAG], 2, ["const0", "const1", "in0"]),
    "loop_chooses": loop(
        "b (int64 i, bool c, float[3] a) => (bool d, float[3] n) <int64 two = {2}> { d = Identity(c) t = Less(i, two)"
        " n = If(t) <then_branch = y () => (float[3] p) { p = Add(a, loop_chooses_in0) }, else_branch = z () => (float[3] q) { q = Neg(a) }> }",
        [floats(3)], [STEPS(5), FLAG], 1, ["const0", "const1", "in0"]),
    "loop_passes": loop(
        "b (int64 i, bool c, float[3] a, float[3] k) => (bool d, float[3] a, float[3] n, float[3] s) { n = Add(k, a) s = Identity(loop_passes_in0) d = Identity(c) }",
        [floats(3), floats(3)], [STEPS(3), FLAG], 3, ["const0", "const1", "in0", "in1"]),
}
