"""Cases of operators whose meaning depends on the operator set, of functions of ONNX, and of NaN, for operators.py: as there,
with the operator set among the attributes as `opset`."""
import numpy as np
import onnx.parser

RNG = np.random.default_rng(9)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def whole(kind, *shape):
    return RNG.integers(-9, 10, shape).astype(kind)


def with_nan(*shape):
    values = floats(*shape)
    values.flat[::5], values.flat[1], values.flat[2] = np.nan, np.inf, -np.inf
    return values


def case(op, inputs, constants=(), outputs=1, opset=18, **attributes):
    return op, list(inputs), list(constants), outputs, {"opset": opset, **attributes}


IMAGE = floats(1, 2, 5, 6)
SETS = {
    "upsample_7": case("Upsample", [IMAGE], opset=7, scales=[1.0, 1.0, 2.0, 1.5], mode="linear"),
    "hardmax_7": case("Hardmax", [np.round(floats(2, 3, 4))], opset=7, axis=1),
    "softmax_7": case("Softmax", [floats(2, 3, 4)], opset=7, axis=1),
    "clip_7": case("Clip", [with_nan(3, 4)], opset=7, min=-0.5, max=0.7),
    "upsample_9": case("Upsample", [IMAGE], [np.float32([1, 1, 1.5, 2])], opset=9),
    "resize_10": case("Resize", [IMAGE], [np.float32([1, 1, 2.5, 0.75])], opset=10),
    "resize_10_linear": case("Resize", [IMAGE], [np.float32([1, 1, 0.6, 3])], opset=10, mode="linear"),
    "quantized": case("QLinearConv", [whole(np.int8, 1, 3, 5, 6)],
                      [np.float32(0.03), np.int8(3), whole(np.int8, 4, 3, 3, 3), np.float32([0.01, 0.02, 0.015, 0.005]), np.zeros(4, np.int8),
                       np.float32(0.2), np.int8(-4), np.int32([100, -50, 3, 9])], opset=10, pads=[1, 1, 1, 1]),
    "log_softmax_11": case("LogSoftmax", [floats(2, 3, 4)], opset=11, axis=-2),
    "hardmax_11": case("Hardmax", [np.round(floats(2, 3, 4, 5))], opset=11, axis=1),
    "lp_normalization": case("LpNormalization", [floats(2, 3, 4)], opset=17, axis=1),
    "softsign": case("Softsign", [floats(7)], opset=17),
    "product": case("Gemm", [floats(3, 4), floats(4, 5)], alpha=-1.0),
    "product_and_sum": case("Gemm", [floats(4, 3)], [floats(5, 4), floats(3, 1)], transA=1, transB=1, alpha=0.5, beta=2.0),
    "places": case("MaxPool", [floats(2, 2, 7, 6)], outputs=2, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]),
    "places_of_columns": case("MaxPool", [floats(2, 2, 7, 6)], outputs=2, kernel_shape=[2, 2], storage_order=1, ceil_mode=1, strides=[2, 2]),
    "places_1d": case("MaxPool", [np.round(floats(1, 2, 9))], outputs=2, kernel_shape=[3], dilations=[2]),
    "powers": case("Pow", [whole(np.int32, 5)], [np.int32(2)]),
    "powers_by_halves": case("Pow", [np.array([4, 9, 16, 2], np.int64)], [np.float32(0.5)]),
    "large_sum": case("ReduceLogSumExp", [floats(3, 4) * 200], [np.array([1])], keepdims=0),
    "whole_mean": case("ReduceMean", [whole(np.int32, 3, 5)], [np.array([1])]),
    "spread_unevenly": case("ConvTranspose", [IMAGE], [floats(2, 3, 3, 3), floats(3)], strides=[2, 2], pads=[0, 1, 1, 0]),
    "spread_to_shape": case("ConvTranspose", [IMAGE], [floats(2, 3, 3, 3)], strides=[2, 3], output_shape=[10, 17]),
    "spread_by_input": case("ConvTranspose", [IMAGE, floats(2, 2, 3, 2)], group=2, strides=[2, 1], dilations=[1, 2], output_padding=[1, 0]),
    "rms_norm": case("RMSNormalization", [floats(2, 3, 8)], [floats(3, 8)], opset=23, axis=1),
    "rotated": case("RotaryEmbedding", [floats(1, 2, 3, 8)], [floats(5, 4), floats(5, 4), np.array([[4, 0, 2]])], opset=23),
    "attention_past": case("Attention", [floats(1, 2, 1, 8), floats(1, 2, 1, 8), floats(1, 2, 1, 8)],
                           [None, floats(1, 2, 4, 8), floats(1, 2, 4, 8)], 3, opset=23),
    "attention_shared": case("Attention", [floats(2, 3, 32), floats(2, 4, 16), floats(2, 4, 16)], [RNG.random((3, 4)) > 0.3], opset=23,
                             q_num_heads=4, kv_num_heads=2, softcap=2.0),
    "nan_clip": case("Clip", [with_nan(16)], [np.float32(-1), np.float32(1)]),
    "nan_max": case("Max", [with_nan(4, 6), with_nan(4, 6)[::-1].copy()], [np.float32([0.5])]),
    "nan_min": case("Min", [with_nan(4, 6), floats(6)]),
    "nan_sign": case("Sign", [with_nan(16)]),
    "nan_hard_swish": case("HardSwish", [with_nan(16)]),
    "nan_relu": case("Relu", [with_nan(16)]),
    "loss_with_weights": case("SoftmaxCrossEntropyLoss", [floats(3, 5, 2), np.array([[0, 4], [2, 2], [1, 3]])], [np.abs(floats(5))],
                              ignore_index=2),
}
SETS.update({
    "sampled_cubic": case("GridSample", [floats(1, 2, 4, 5), floats(1, 3, 3, 2)], opset=20, mode="cubic", padding_mode="reflection"),
    "sampled_nearest": case("GridSample", [floats(1, 2, 4, 5), floats(1, 3, 3, 2)], opset=20, mode="nearest", padding_mode="border"),
    "einsum": case("Einsum", [floats(2, 3, 4), floats(4, 2), floats(3, 2)], equation="abc,cd,bd->ad"),
    "einsum_diagonal": case("Einsum", [floats(2, 3, 3)], equation="...ii->...i"),
    "einsum_ones": case("Einsum", [floats(2, 1, 3, 4), floats(2, 5, 4, 6)], equation="...ij,...jk->...ik"),
    "determinants": case("Det", [floats(2, 4, 4)]),
    "deformed": case("DeformConv", [floats(1, 4, 5, 6), floats(4, 2, 3, 2), floats(1, 24, 5, 5)], [floats(4), RNG.random((1, 12, 5, 5), np.float32)],
                     opset=19, group=2, offset_group=2, kernel_shape=[3, 2], pads=[1, 0, 1, 0]),
    "lp_pool": case("LpPool", [floats(1, 2, 6, 5)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 0], p=3),
    "quantized_unevenly": case("QLinearConv", [whole(np.int8, 1, 2, 5, 6)],
                               [np.float32(0.03), np.int8(3), whole(np.int8, 4, 1, 3, 3), np.float32(0.01), np.int8(2), np.float32(0.2), np.int8(-4)],
                               opset=10, pads=[1, 0, 2, 1], group=2),
})
# Functions that the model of set 18 has itself.
FUNCTIONS = onnx.parser.parse_model("""<ir_version: 9, opset_import: ["" : 18, "ours" : 1]> g (float[1] x) => (float[1] y) { y = Exp(x) }
<domain: "ours", opset_import: ["" : 18]> Scaled <by: float = 2.0> (X) => (Y) { c = Constant <value_float: float = @by> () Y = Mul(X, c) }
<domain: "ours", opset_import: ["" : 18, "ours" : 1]> Twice (X, C) => (Y, Z) {
  Z = ours.Scaled(X)
  t = ours.Scaled <by: float = -3.0> (Z)
  Y = If (C) <then_branch = a () => (float[2,3] u) { u = Relu(t) }, else_branch = b () => (float[2,3] v) { v = Neg(t) }>
}""").functions
SETS.update({
    "own_function": case("ours.Scaled", [floats(2, 3)]),
    "own_functions": case("ours.Twice", [floats(2, 3), np.array(True)], outputs=2),
})
