"""Products of matrices."""
import numpy as np
from onnx import TensorProto, helper

from .pool import pads_of


def mat_mul(node, w, _):
    """Of vectors: torch-mlir knows them by a matrix only."""
    ranks = [w.shape(name) for name in node.input]
    if None in ranks or 1 not in map(len, ranks) or max(map(len, ranks)) < 3:
        return None
    left, right = node.input
    if len(ranks[0]) == 1:
        return [w.op("Squeeze", w.op("MatMul", w.op("Unsqueeze", left, w.ints(0)), right), w.ints(-2))]
    return [w.op("Squeeze", w.op("MatMul", left, w.op("Unsqueeze", right, w.ints(1))), w.ints(-1))]


def gemm(node, w, attributes):
    """With factors: torch-mlir forgets that of the product where nothing is added, and knows floats only."""
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    added = node.input[2] if len(node.input) > 2 else ""
    if alpha == 1 and beta == 1 and not w.is_integer(node.input[0]) or not w.known_type(node.input[0]):
        return None
    number = lambda value: w.constant(value, node.input[0])
    sides = [w.op("Transpose", name, perm=[1, 0]) if attributes.get(key, 0) else name
             for name, key in zip(node.input, ("transA", "transB"))]
    result = w.op("MatMul", *sides)
    result = result if alpha == 1 else w.op("Mul", result, number(alpha))
    if added:
        result = w.op("Add", result, added if beta == 1 else w.op("Mul", added, number(beta)))
    return [result]


def q_linear_mat_mul(node, w, _):
    """Products of whole numbers are exact; then once rounded."""
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = node.input
    whole = lambda value: w.op("Cast", value, to=TensorProto.INT32)
    product = w.op("MatMul", w.op("Sub", whole(a), whole(a_zero)), w.op("Sub", whole(b), whole(b_zero)))
    scale = w.op("Div", w.op("Mul", a_scale, b_scale), y_scale)
    return [requantized(w, product, scale, y_zero)]


def q_linear_conv(node, w, attributes):
    """Likewise; scales and zero points of the weights may be one a channel."""
    x, x_scale, x_zero, weight, weight_scale, weight_zero, y_scale, y_zero, bias = [*node.input, ""][:9]
    shape = w.shape(weight)
    if shape is None:
        return None
    channels = lambda value, *ones: w.op("Reshape", value, w.ints(-1, *ones))
    ones = [1] * (len(shape) - 2)
    product = conv_of_integers(w, x, weight, x_zero, weight_zero, channels, attributes)
    if bias:
        product = w.op("Add", product, channels(bias, *ones))
    scale = w.op("Div", w.op("Mul", x_scale, channels(weight_scale, *ones)), y_scale)
    return [requantized(w, product, scale, y_zero)]


def conv_integer(node, w, attributes):
    """With pads that differ at both ends, which are as many zero points."""
    x, weight = w.shape(node.input[0]), w.shape(node.input[1])
    if x is None or weight is None:
        return None
    rank = len(x) - 2
    strides, dilations = (attributes.get(key, [1] * rank) for key in ("strides", "dilations"))
    pads = pads_of(attributes, x[2:], weight[2:], strides, dilations)
    if pads[:rank] == pads[rank:] and not attributes.pop("auto_pad", b"").startswith(b"SAME"):
        return None
    others = {key: value for key, value in attributes.items() if key not in ("pads", "auto_pad")}
    zero = [name for name in node.input[2:3] if name]
    padded = w.op("Pad", node.input[0], w.ints(0, 0, *pads[:rank], 0, 0, *pads[rank:]), *zero)
    return [w.op("ConvInteger", padded, *node.input[1:], **others)]


def conv_of_integers(w, x, weight, x_zero, weight_zero, channels, attributes):
    """torch-mlir knows one zero point for all weights only."""
    zeros = w.value(weight_zero)
    if zeros is not None and (zeros == zeros.flat[0]).all():
        return w.op("ConvInteger", x, weight, x_zero, w.constant(zeros.flat[0], weight_zero), **attributes)
    real = lambda value: w.op("Cast", value, to=TensorProto.FLOAT)
    ones = [1] * (len(w.shape(weight)) - 1)
    product = w.op("Conv", w.op("Sub", real(x), real(x_zero)),
                   w.op("Sub", real(weight), channels(real(weight_zero), *ones)), **attributes)
    return w.op("Cast", product, to=TensorProto.INT32)


def requantized(w, product, scale, zero):
    scaled = w.op("Mul", w.op("Cast", product, to=TensorProto.FLOAT), w.op("Cast", scale, to=TensorProto.FLOAT))
    shifted = w.op("Add", w.op("Round", scaled), w.op("Cast", zero, to=TensorProto.FLOAT))
    limits = np.iinfo(helper.tensor_dtype_to_np_dtype(w.element(zero)))
    kept = w.op("Clip", shifted, w.constant(np.float32(limits.min)), w.constant(np.float32(limits.max)))
    return w.op("Cast", kept, to=w.element(zero))
