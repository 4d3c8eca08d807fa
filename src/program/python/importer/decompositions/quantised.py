"""Quantised operators. A tensor q of whole numbers stands for scale * (q - zero): sums of products are exact
in 32 bits, and what they are scaled to is rounded once, ties to even, as ONNX Runtime does it."""
import numpy as np
from onnx import TensorProto, helper

from ..errors import Refused
from .pool import pads_of

FLOAT, INT32 = TensorProto.FLOAT, TensorProto.INT32
LIMITS = {TensorProto.UINT8: (0, 255), TensorProto.INT8: (-128, 127), TensorProto.UINT16: (0, 65535),
          TensorProto.INT16: (-32768, 32767), TensorProto.UINT4: (0, 15), TensorProto.INT4: (-8, 7)}
HELD = {TensorProto.UINT4: TensorProto.UINT8, TensorProto.INT4: TensorProto.INT8}  # half bytes lie in bytes


def cast(w, value, kind):
    known = w.value(value)
    if known is not None:
        return w.constant(known.astype(helper.tensor_dtype_to_np_dtype(kind)))
    return w.op("Cast", value, to=kind)


def reshaped(w, value, extents):
    known = w.value(value)
    return w.op("Reshape", value, w.ints(*extents)) if known is None else w.constant(known.reshape(extents))


def combined(w, kind, compute, *sides):
    """What is known of all sides is computed here."""
    known = w.constants_of(sides)
    return w.op(kind, *sides) if known is None else w.constant(compute(*known))


def times(w, *sides):
    return combined(w, "Mul", np.multiply, *sides)


def over(w, *sides):
    return combined(w, "Div", np.divide, *sides)


def along(w, node, value, extents, axis, block=0):
    """Of one number, one for each index of `axis`, or one for each block of it: so that it broadcasts over `extents`."""
    own = w.shape(value)
    if own is None:
        raise Refused(node, "has scales or zero points of an unknown shape")
    if int(np.prod(own)) == 1:
        return reshaped(w, value, [])
    axis %= len(extents)
    if len(own) == 1:
        return reshaped(w, value, [-1 if d == axis else 1 for d in range(len(extents))])
    block = block or -(-extents[axis] // own[axis])
    known = w.value(value)
    if known is not None:
        return w.constant(np.repeat(known, block, axis).take(range(extents[axis]), axis))
    places = w.constant(np.arange(extents[axis], dtype=np.int64) // block)
    return w.op("Gather", value, places, axis=axis)


def quantised(w, node, value, kind, zero):
    """`value`, in steps already, rounded and shifted into the range of `kind`; `zero` may be empty."""
    if kind not in LIMITS:
        raise Refused(node, f"makes {TensorProto.DataType.Name(kind).lower()}, which is not supported")
    steps = w.op("Round", value)
    if zero:
        steps = w.op("Add", steps, zero)
    low, high = (w.constant(np.float32(limit)) for limit in LIMITS[kind])
    whole = w.op("Cast", w.op("Clip", steps, low, high), to=INT32)
    return w.op("Cast", whole, to=HELD.get(kind, kind))


def optional(node, index):
    return node.input[index] if len(node.input) > index else ""


def quantize_linear(node, w, attributes):
    x, scale, zero = node.input[0], node.input[1], optional(node, 2)
    extents = w.shape(x)
    if extents is None:
        return None
    kind = w.element(zero) if zero else attributes.get("output_dtype", 0) or TensorProto.UINT8
    spread = lambda value: along(w, node, value, extents, attributes.get("axis", 1), attributes.get("block_size", 0))
    x = x if w.element(x) == FLOAT else w.op("Cast", x, to=FLOAT)
    shift = cast(w, spread(zero), FLOAT) if zero else ""
    return [quantised(w, node, w.op("Div", x, cast(w, spread(scale), FLOAT)), kind, shift)]


def dequantize_linear(node, w, attributes):
    x, scale, zero = node.input[0], node.input[1], optional(node, 2)
    extents = w.shape(x)
    if extents is None:
        return None
    if w.element(x) not in (*LIMITS, INT32):
        raise Refused(node, f"takes {TensorProto.DataType.Name(w.element(x)).lower()}, which is not supported")
    spread = lambda value: along(w, node, value, extents, attributes.get("axis", 1), attributes.get("block_size", 0))
    whole = cast(w, x, INT32)
    if zero:
        whole = combined(w, "Sub", np.subtract, whole, cast(w, spread(zero), INT32))
    result = times(w, cast(w, whole, FLOAT), cast(w, spread(scale), FLOAT))
    return [w.op("Identity", result) if w.value(result) is not None else result]


def as_bytes(values):
    """Whole numbers as bytes where they fit."""
    for kind in (np.int8, np.uint8):
        if np.array_equal(values.astype(kind), values):
            return values.astype(kind)
    return values.astype(np.int32)


def less_zero(w, value, zero):
    """value - zero in 32 bits."""
    whole = cast(w, value, INT32)
    return combined(w, "Sub", np.subtract, whole, cast(w, zero, INT32)) if zero else whole


def centred(w, value, zero):
    """A constant less its zero point, in bytes where that fits; another one in 32 bits."""
    result = less_zero(w, value, zero)
    known = w.value(result)
    return result if known is None else w.constant(as_bytes(known))


def convolution(node, w, attributes, x, x_zero, weight, weight_zero):
    """Sums of (x - x_zero) * (weight - weight_zero) in 32 bits. With constant weights the products are of
    bytes: the zero point of x is what it is padded with, and its part of the sum is known."""
    extents, filters = w.shape(x), w.shape(weight)
    if extents is None or filters is None:
        raise Refused(node, "has inputs of an unknown shape")
    if weight_zero:
        weight_zero = along(w, node, weight_zero, filters, 0)
    own = {key: attributes[key] for key in ("dilations", "group", "strides") if key in attributes}
    ones = [1] * (len(extents) - 2)
    pads = pads_of(attributes, extents[2:], filters[2:], attributes.get("strides", ones), attributes.get("dilations", ones))
    kernel = centred(w, weight, weight_zero)
    zero, values = w.value(x_zero) if x_zero else np.int32(0), w.value(kernel)
    if zero is None or values is None:
        return w.op("Conv", less_zero(w, x, reshaped(w, x_zero, []) if x_zero else ""), cast(w, kernel, INT32), pads=pads, **own)
    if any(pads):
        rank = len(pads) // 2
        filler = w.constant(np.asarray(zero).reshape([]).astype(helper.tensor_dtype_to_np_dtype(w.element(x))))
        x = w.op("Pad", x, w.ints(0, 0, *pads[:rank], 0, 0, *pads[rank:]), filler)
    total = w.op("Conv", w.op("Cast", x, to=INT32), w.op("Cast", kernel, to=INT32), **own)
    shift = -int(np.asarray(zero).reshape(())) * values.astype(np.int64).reshape(len(values), -1).sum(1)
    if not shift.any():
        return total
    return w.op("Add", total, w.constant(shift.astype(np.int32).reshape([-1] + [1] * (len(filters) - 2))))


def q_linear_conv(node, w, attributes):
    x, x_scale, x_zero, weight, weight_scale, weight_zero, y_scale, y_zero = node.input[:8]
    if w.shape(x) is None:
        return None
    total = convolution(node, w, attributes, x, x_zero, weight, weight_zero)
    each = [-1] + [1] * (len(w.shape(x)) - 2)
    if optional(node, 8):
        total = w.op("Add", total, reshaped(w, node.input[8], each))
    scale = over(w, times(w, reshaped(w, x_scale, []), weight_scale), reshaped(w, y_scale, []))
    return [requantised(w, node, total, along(w, node, scale, [0] * len(w.shape(x)), 1), y_zero)]


def requantised(w, node, total, scale, zero):
    """A sum in 32 bits, scaled to steps of the result."""
    steps = w.op("Mul", w.op("Cast", total, to=FLOAT), cast(w, scale, FLOAT))
    return quantised(w, node, steps, w.element(zero), cast(w, zero, FLOAT))


def conv_integer(node, w, attributes):
    if w.shape(node.input[0]) is None:
        return None
    return [convolution(node, w, attributes, node.input[0], optional(node, 2), node.input[1], optional(node, 3))]


def by_rows(w, value, rank):
    """One number, or one for each row."""
    own = w.shape(value)
    if own is None or len(own) != 1:
        return value
    return reshaped(w, value, [] if own[0] == 1 else [-1, 1] if rank > 1 else [-1])


def by_columns(w, value, rank):
    own = w.shape(value)
    return reshaped(w, value, []) if own in ([1], []) else value


def bytes_product(w, a, b):
    """A product of matrices of bytes, those in front of two dimensions as batches."""
    left, right = w.shape(a), w.shape(b)
    if len(left) == 1:
        return w.op("Squeeze", bytes_product(w, w.unsqueezed(a, 0, [1, *left]), b), w.ints(-2 if len(right) > 1 else 0))
    if len(right) == 1:
        return w.op("Squeeze", bytes_product(w, a, w.unsqueezed(b, 1, [*right, 1])), w.ints(-1))
    if len(right) > 2:  # torch-mlir takes batches of unsigned bytes for signed ones
        return w.op("MatMul", w.op("Cast", a, to=INT32), w.op("Cast", b, to=INT32))
    if len(left) == 2:
        return w.op("MatMulInteger", a, b)
    flat = w.op("Reshape", a, w.ints(int(np.prod(left[:-1])), left[-1]))
    return w.op("Reshape", w.op("MatMulInteger", flat, b), w.ints(*left[:-1], right[-1]))


def total_of(w, value, axis):
    """Of whole numbers along an axis, which stays as one."""
    known = w.value(value)
    if known is not None:
        return w.constant(known.astype(np.int32).sum(axis, keepdims=True, dtype=np.int32))
    return w.op("ReduceSum", w.op("Cast", value, to=INT32), w.ints(axis), keepdims=1)


def product(node, w, a, a_zero, b, b_zero):
    """Sums of (a - a_zero) * (b - b_zero) in 32 bits, by products of bytes: what the zero points add to them is
    sums of rows and of columns."""
    left, right = w.shape(a), w.shape(b)
    if left is None or right is None:
        raise Refused(node, "has inputs of an unknown shape")
    if w.value(b) is not None:  # a constant takes its zero points along
        b, b_zero = centred(w, b, by_columns(w, b_zero, len(right)) if b_zero else ""), ""
    is_zero = lambda zero: not zero or w.value(zero) is not None and not w.value(zero).any()
    plain = (is_zero(a_zero) and is_zero(b_zero)) or (len(left) > 1 and len(right) > 1)
    if w.element(b) == INT32 or not plain:
        return w.op("MatMul", less_zero(w, a, by_rows(w, a_zero, len(left)) if a_zero else ""),
                    less_zero(w, b, by_columns(w, b_zero, len(right)) if b_zero else ""))
    result = bytes_product(w, a, b)
    if not is_zero(a_zero):
        a_zero = cast(w, by_rows(w, a_zero, len(left)), INT32)
        result = w.op("Sub", result, times(w, a_zero, total_of(w, b, -2)))
    if not is_zero(b_zero):
        b_zero = cast(w, by_columns(w, b_zero, len(right)), INT32)
        result = w.op("Sub", result, times(w, total_of(w, a, -1), b_zero))
        if not is_zero(a_zero):
            both = times(w, times(w, a_zero, b_zero), w.constant(np.int32(left[-1])))
            result = w.op("Add", result, both)
    return result


def mat_mul_integer(node, w, _):
    if len(node.input) == 2 and 1 not in (len(w.shape(n) or []) for n in node.input[:2]):
        left, right = (w.shape(name) for name in node.input)
        if left is None or right is None or len(left) == len(right) == 2:
            return None  # as it is
    return [product(node, w, node.input[0], optional(node, 2), node.input[1], optional(node, 3))]


def q_linear_mat_mul(node, w, _):
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = node.input
    ranks = [w.shape(name) for name in (a, b)]
    if None in ranks:
        return None
    total = product(node, w, a, a_zero, b, b_zero)
    a_scale, y_scale, y_zero = (by_rows(w, value, len(ranks[0])) for value in (a_scale, y_scale, y_zero))
    scale = over(w, times(w, cast(w, a_scale, FLOAT), cast(w, by_columns(w, b_scale, len(ranks[1])), FLOAT)), cast(w, y_scale, FLOAT))
    return [requantised(w, node, total, scale, y_zero)]


def dynamic_quantize_linear(node, w, _):
    """Its range holds zero, and all that there is."""
    x, none = node.input[0], w.constant(np.float32(0))
    low, high = w.op("Min", w.op("ReduceMin", x, keepdims=0), none), w.op("Max", w.op("ReduceMax", x, keepdims=0), none)
    scale = w.op("Div", w.op("Sub", high, low), w.constant(np.float32(255)))
    scale = w.op("Where", w.op("Equal", high, low), w.constant(np.float32(1)), scale)
    zero = quantised(w, node, w.op("Div", w.op("Neg", low), scale), TensorProto.UINT8, "")
    shift = w.op("Cast", zero, to=FLOAT)
    return [quantised(w, node, w.op("Div", x, scale), TensorProto.UINT8, shift), scale, zero][:len(node.output)]
