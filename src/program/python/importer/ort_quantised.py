"""ONNX Runtime's quantised operators (QOperator form): what they compute in floats, between ONNX's own
DequantizeLinear and QuantizeLinear; products are sums of bytes."""
from onnx import TensorProto

from .decompositions.quantised import requantised
from .errors import Refused

FLOAT = TensorProto.FLOAT


def dequantised(w, value, scale, zero):
    return w.op("DequantizeLinear", value, scale, *([zero] if zero else []))


def quantised(w, value, scale, zero):
    return w.op("QuantizeLinear", value, scale, *([zero] if zero else []))


def binary(kind):
    def write(node, w, _):
        a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = [*node.input, ""][:8]
        result = w.op(kind, dequantised(w, a, a_scale, a_zero), dequantised(w, b, b_scale, b_zero))
        return [quantised(w, result, y_scale, y_zero)]
    return write


def unary(kind, *kept):
    """Of the attributes, those named go to the operator of floats."""
    def write(node, w, attributes):
        x, x_scale, x_zero, y_scale, y_zero = [*node.input, ""][:5]
        own = {key: attributes[key] for key in kept if key in attributes}
        result = w.op(kind, dequantised(w, x, x_scale, x_zero), **own)
        return [quantised(w, result, y_scale, y_zero)]
    return write


def pooled(kind, *kept):
    channels_first = unary(kind, *kept)

    def write(node, w, attributes):
        if not attributes.get("channels_last", 0):
            return channels_first(node, w, attributes)
        extents = w.shape(node.input[0])
        if extents is None:
            return None
        rank = len(extents)
        node.input[0] = w.op("Transpose", node.input[0], perm=[0, rank - 1, *range(1, rank - 1)])
        result, = channels_first(node, w, attributes)
        return [w.op("Transpose", result, perm=[0, *range(2, rank), 1])]
    return write


def concat(node, w, attributes):
    y_scale, y_zero, *parts = node.input
    parts = [dequantised(w, *parts[i:i + 3]) for i in range(0, len(parts), 3)]
    return [quantised(w, w.op("Concat", *parts, axis=attributes["axis"]), y_scale, y_zero)]


def where(node, w, _):
    condition, x, x_scale, x_zero, y, y_scale, y_zero, z_scale, z_zero = node.input
    chosen = w.op("Where", condition, dequantised(w, x, x_scale, x_zero), dequantised(w, y, y_scale, y_zero))
    return [quantised(w, chosen, z_scale, z_zero)]


def reduce_mean(node, w, attributes):
    x, x_scale, x_zero, y_scale, y_zero = [*node.input, ""][:5]
    extents = w.shape(x)
    if extents is None:
        return None
    axes = attributes.get("axes") or range(len(extents))
    result = w.reduce("ReduceMean", dequantised(w, x, x_scale, x_zero), *axes, keepdims=attributes.get("keepdims", 1))
    return [quantised(w, result, y_scale, y_zero)]


def softmax(node, w, attributes):
    """Before set 13, of all that follows the axis."""
    if attributes.get("opset", 13) < 13:
        extents = w.shape(node.input[0])
        if extents is None:
            return None
        if attributes.get("axis", 1) % len(extents) != len(extents) - 1:
            raise Refused(node, "is supported along the last axis only")
    return unary("Softmax", "axis")(node, w, attributes)


def product(w, a, b, a_zero, b_zero):
    return w.op("MatMulInteger", a, b, *([a_zero, b_zero] if a_zero or b_zero else []))


def gemm(node, w, attributes):
    a, a_scale, a_zero, b, b_scale, b_zero, c, y_scale, y_zero = [*node.input, "", "", ""][:9]
    for key in ("transA", "transB"):
        if attributes.get(key, 0):
            a, b = (w.op("Transpose", a, perm=[1, 0]), b) if key == "transA" else (a, w.op("Transpose", b, perm=[1, 0]))
    total = product(w, a, b, a_zero, b_zero)
    total = w.op("Add", total, c) if c else total
    scale = w.op("Mul", a_scale, b_scale)
    if attributes.get("alpha", 1.0) != 1:
        scale = w.op("Mul", scale, w.constant([attributes["alpha"]], a_scale))
    if not y_scale:
        return [w.op("Mul", w.op("Cast", total, to=FLOAT), scale)]
    return [requantised(w, node, total, w.op("Div", scale, y_scale), y_zero)]


def scaled(w, total, scales, bias):
    result = w.op("Mul", w.op("Cast", total, to=FLOAT), w.op("Mul", *scales))
    return [w.op("Add", result, bias) if bias else result]


def dynamic_product(node, w, _):
    a, b, b_scale, b_zero, bias = [*node.input, "", ""][:5]
    a, a_scale, a_zero = w.op("DynamicQuantizeLinear", a, outputs=3)
    return scaled(w, product(w, a, b, a_zero, b_zero), [a_scale, b_scale], bias)


def product_to_float(node, w, _):
    a, b, a_scale, b_scale, a_zero, b_zero, bias = [*node.input, "", "", ""][:7]
    return scaled(w, product(w, a, b, a_zero, b_zero), [a_scale, b_scale], bias)


def convolution(node, w, attributes):
    own = {key: value for key, value in attributes.items() if key != "channels_last"}
    if not attributes.get("channels_last", 0):
        return [w.op("QLinearConv", *node.input, **own)]
    extents = w.shape(node.input[0])
    if extents is None:
        return None
    rank = len(extents)
    x = w.op("Transpose", node.input[0], perm=[0, rank - 1, *range(1, rank - 1)])
    return [w.op("Transpose", w.op("QLinearConv", x, *node.input[1:], **own), perm=[0, *range(2, rank), 1])]


def same(kind):
    """ONNX Runtime's form of an operator that ONNX has, too."""
    return lambda node, w, attributes: [w.op(kind, *node.input, **attributes)]


POOL = ("auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides")
QUANTISED = {
    "DequantizeLinear": same("DequantizeLinear"), "QuantizeLinear": same("QuantizeLinear"),
    "DynamicQuantizeMatMul": dynamic_product, "MatMulIntegerToFloat": product_to_float, "QGemm": gemm,
    "QLinearAdd": binary("Add"), "QLinearAveragePool": pooled("AveragePool", *POOL), "QLinearConcat": concat,
    "QLinearConv": convolution, "QLinearGlobalAveragePool": pooled("GlobalAveragePool"),
    "QLinearLeakyRelu": unary("LeakyRelu", "alpha"), "QLinearMul": binary("Mul"), "QLinearReduceMean": reduce_mean,
    "QLinearSigmoid": unary("Sigmoid"), "QLinearSoftmax": softmax, "QLinearWhere": where,
}
