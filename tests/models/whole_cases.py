"""Cases of whole numbers of every type and of quantised operators, for operators.py: as there, with the operator set among
the attributes as `opset`, and with `takes`, the order of what a node takes."""
import numpy as np
from onnx import helper, numpy_helper

RNG = np.random.default_rng(21)
TYPES = [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.uint64]
F = np.float32


def drawn(kind, *shape, low=None, high=None):
    limits = np.iinfo(kind)
    return RNG.integers(limits.min if low is None else low, limits.max if high is None else high, shape, dtype=kind, endpoint=True)


def floats(*shape):
    return RNG.standard_normal(shape).astype(F)


def scales(*shape):
    return (np.abs(floats(*shape)) + 0.1) * F(0.05)


def case(op, inputs, constants=(), outputs=1, opset=18, **attributes):
    return op, list(inputs), list(constants), outputs, {"opset": opset, **attributes}


def of_type(kind):
    """Operators that ONNX Runtime knows for every type, or for that one."""
    name, take = np.dtype(kind).name, lambda *shape, **limits: drawn(kind, *shape, **limits)
    cases = {op: case(op, [take(3, 4), take(3, 4, low=1, high=7)]) for op in ("BitwiseAnd", "BitwiseXor", "Equal")}
    cases["Not"] = case("BitwiseNot", [take(3, 4)])
    if kind != np.uint64:
        cases["Mod"] = case("Mod", [take(3, 4), take(3, 4, low=1, high=7)])
    if kind not in (np.uint16, np.int16):
        cases.update({op: case(op, [take(3, 4), take(4)]) for op in ("Add", "Less", "Max", "Min", "Mul", "Sub")})
        cases["Clip"] = case("Clip", [take(3, 4)], [kind(20), kind(100)])
    if kind in (np.uint8, np.uint32, np.uint64):
        cases["Left"] = case("BitShift", [take(3, 4)], [take(4, low=0, high=7)], direction="LEFT")
        cases["Right"] = case("BitShift", [take(3, 4)], [take(4, low=0, high=7)], direction="RIGHT")
    if kind in (np.uint8, np.int8):
        cases["MaxPool"] = case("MaxPool", [take(1, 2, 6, 6)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0])
        cases["ReduceMax"] = case("ReduceMax", [take(3, 4)], [np.array([1])], keepdims=0)
        cases["Where"] = case("Where", [RNG.integers(0, 2, (3, 4)).astype(bool), take(3, 4), take(4)])
        cases["Resize"] = case("Resize", [take(1, 2, 3, 4)], [None, F([1, 1, 2, 2])], mode="linear")
    cases["Transpose"] = case("Transpose", [take(2, 3, 4)], perm=[2, 0, 1])
    cases["Concat"] = case("Concat", [take(2, 3), take(1, 3)], axis=0)
    cases["Gather"] = case("Gather", [take(4, 3)], [np.array([3, 0])])
    for other in (*TYPES, np.int32, np.int64, np.float32, np.float64, np.bool_):
        cases[f"to_{np.dtype(other).name}"] = case("Cast", [take(3, 4)], to=helper.np_dtype_to_tensor_dtype(np.dtype(other)))
    cases["from_float"] = case("Cast", [np.abs(floats(3, 4)) * 40], to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))
    cases["from_int64"] = case("Cast", [drawn(np.int64, 3, 4, low=-2**40, high=2**40)], to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))
    return {f"{name}_{op}": made for op, made in cases.items()}


def linear(kind):
    """QuantizeLinear and DequantizeLinear."""
    name, take = np.dtype(kind).name, lambda *shape: drawn(kind, *shape, low=0, high=100)
    return {f"{name}_{key}": made for key, made in {
        "quantize": case("QuantizeLinear", [floats(3, 4) * 3], [F(0.02), kind(7)], opset=21),
        "quantize_axis": case("QuantizeLinear", [floats(3, 4, 2) * 3], [scales(4), take(4)], opset=21),
        "quantize_given": case("QuantizeLinear", [floats(3, 4), scales(4), take(4)], opset=21, axis=-1),
        "quantize_blocks": case("QuantizeLinear", [floats(6, 3) * 5], [scales(2, 3), take(2, 3)], opset=21, axis=0, block_size=3),
        "quantize_to": case("QuantizeLinear", [floats(6, 3) * 5], [F(0.05)], opset=21,
                            output_dtype=helper.np_dtype_to_tensor_dtype(np.dtype(kind))),
        "dequantize": case("DequantizeLinear", [drawn(kind, 3, 4)], [F(0.02), kind(7)], opset=21),
        "dequantize_axis": case("DequantizeLinear", [drawn(kind, 3, 4)], [scales(3)], opset=21, axis=0),
        "dequantize_blocks": case("DequantizeLinear", [drawn(kind, 3, 8)], [scales(3, 2), take(3, 2)], opset=21, axis=1, block_size=4),
    }.items()}


def products(a, b):
    """Of bytes of two types."""
    x = lambda *shape: drawn(a, *shape)
    y = lambda *shape: drawn(b, *shape)
    bias = drawn(np.int32, 4, low=-3000, high=3000)
    made = {
        "conv": case("ConvInteger", [x(1, 3, 7, 6)], [y(4, 3, 3, 3), a(11), b(5)], pads=[1, 1, 0, 1], strides=[2, 1]),
        "conv_given": case("ConvInteger", [x(2, 3, 7, 6), y(4, 3, 3, 3)], [a(11), b(5)], pads=[1, 1, 1, 1], dilations=[2, 1]),
        "conv_groups": case("ConvInteger", [x(1, 4, 5, 6)], [y(4, 2, 3, 3), a(3)], group=2, auto_pad="SAME_UPPER", strides=[2, 2]),
        "conv_line": case("ConvInteger", [x(1, 3, 9)], [y(4, 3, 3), a(3)], pads=[1, 2]),
        "product": case("MatMulInteger", [x(3, 5)], [y(5, 4)]),
        "product_zeros": case("MatMulInteger", [x(3, 5)], [y(5, 4), a(9), y(4)]),
        "product_given": case("MatMulInteger", [x(2, 3, 5), y(2, 5, 4)], [a(9), b(7)]),
        "product_of_many": case("MatMulInteger", [x(2, 3, 5)], [y(5, 4), a(100)]),
    }
    if a == np.uint8 or b == np.int8:  # those that ONNX Runtime knows
        image, filters = [F(0.02), a(9)], lambda *shape: [y(*shape), scales(shape[0]), np.zeros(shape[0], b)]
        result = [F(0.6), a(12)]
        made.update({
            "linear_conv": case("QLinearConv", [x(1, 3, 7, 6)], [*image, *filters(4, 3, 3, 3), *result, bias], pads=[1, 0, 1, 2], strides=[1, 2]),
            "linear_conv_apart": case("QLinearConv", [x(1, 4, 7, 6)], [*image, *filters(4, 1, 3, 3), *result, bias], group=4, pads=[1, 1, 1, 1]),
            "linear_conv_shift": case("QLinearConv", [x(1, 3, 7, 6)], [*image, y(4, 3, 3, 3), F(0.05), b(3), *result]),
            "linear_product": case("QLinearMatMul", [x(3, 5)], [F(0.02), a(9), y(5, 4), F(0.03), b(4), F(0.5), a(12)]),
            "linear_product_columns": case("QLinearMatMul", [x(2, 3, 5)], [F(0.02), a(9), y(5, 4), scales(4), np.zeros(4, b), F(0.5), a(12)]),
        })
    return {f"{np.dtype(a).name}_{np.dtype(b).name}_{key}": value for key, value in made.items()}


def of_onnx_runtime(kind):
    """The QOperator form that ONNX Runtime's quantiser writes."""
    x = lambda *shape: drawn(kind, *shape)
    first, second, result = [F(0.02), kind(9)], [F(0.03), kind(4)], [F(0.09), kind(20)]
    two = ["in0", "const0", "const1", "in1", "const2", "const3", "const4", "const5"]
    weights = [drawn(np.int8, 6, 5), scales(5), np.zeros(5, np.int8)]
    pool = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    made = {
        "QLinearAdd": case("QLinearAdd", [x(2, 3, 4), x(3, 4)], [*first, *second, *result], takes=two),
        "QLinearMul": case("QLinearMul", [x(2, 3, 4), x(4)], [*first, *second, *result], takes=two),
        "QLinearSigmoid": case("QLinearSigmoid", [x(3, 20)], [*first, F(1 / 256), kind(0)]),
        "QLinearLeakyRelu": case("QLinearLeakyRelu", [x(3, 20)], [*first, F(0.04), kind(5)], alpha=0.1),
        "QLinearAveragePool": case("QLinearAveragePool", [x(1, 3, 7, 7)], [*first, *result], **pool),
        "QLinearAveragePool_last": case("QLinearAveragePool", [x(1, 7, 7, 3)], [*first, *result], channels_last=1, **pool),
        "QLinearGlobalAveragePool": case("QLinearGlobalAveragePool", [x(2, 3, 5, 6)], [*first, *result]),
        "QLinearConcat": case("QLinearConcat", [x(2, 3), x(2, 4)], [*result, *first, *second], axis=1,
                              takes=["const0", "const1", "in0", "const2", "const3", "in1", "const4", "const5"]),
        "QLinearWhere": case("QLinearWhere", [RNG.integers(0, 2, (3, 4)).astype(bool), x(3, 4), x(3, 4)], [*first, *second, *result],
                             takes=["in0", "in1", "const0", "const1", "in2", *[f"const{i}" for i in range(2, 6)]]),
        "QGemm": case("QGemm", [x(4, 6)], [*first, *weights, drawn(np.int32, 5, low=-900, high=900), *result]),
        "QGemm_float": case("QGemm", [x(4, 6)], [*first, *weights, drawn(np.int32, 5, low=-900, high=900)]),
        "DynamicQuantizeMatMul": case("DynamicQuantizeMatMul", [floats(4, 6)], [x(6, 5), F(0.05), kind(3), floats(5)]),
        "MatMulIntegerToFloat": case("MatMulIntegerToFloat", [drawn(np.uint8, 4, 6)], [x(6, 5), F(0.1), scales(5), np.uint8(7),
                                                                                       np.zeros(5, kind), floats(5)]),
    }
    return {f"{np.dtype(kind).name}_{key}": (f"com.microsoft.{value[0]}", *value[1:]) for key, value in made.items()}


WHOLE = {
    "range_of_inputs": case("DynamicQuantizeLinear", [floats(3, 7)], outputs=3),
    "range_with_zero": case("DynamicQuantizeLinear", [np.abs(floats(3, 7)) + 1], outputs=3),
    "filled": case("ConstantOfShape", [], [np.array([2, 3])], value=numpy_helper.from_array(np.uint8([200]))),
}
for each in TYPES:
    WHOLE.update(of_type(each))
for each in TYPES[:4]:
    WHOLE.update(linear(each))
for each in TYPES[:2]:
    WHOLE.update(of_onnx_runtime(each))
    for other in TYPES[:2]:
        WHOLE.update(products(each, other))
