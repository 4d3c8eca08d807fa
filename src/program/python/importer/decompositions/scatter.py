"""Operators that move elements to or from places: by constants, or by numbers that only the places depend on."""
import functools

import numpy as np
from onnx import TensorProto

from ..errors import Refused


def compress(node, w, attributes):
    condition, shape = w.value(node.input[1]), w.shape(node.input[0])
    if condition is None or shape is None:
        raise Refused(node, "has a shape that depends on the values of its condition, which must be a constant (an input with "
                      "--constant NAME=NUMBERS)")
    places = w.constant(np.nonzero(condition)[0])
    if "axis" in attributes:
        return [w.op("Gather", node.input[0], places, axis=attributes["axis"])]
    return [w.op("Gather", w.op("Reshape", node.input[0], w.ints(-1)), places, axis=0)]


def reverse_sequence(node, w, attributes):
    """The first elements of each sequence backwards, those after its length as they are."""
    shape = w.shape(node.input[0])
    time, batch = attributes.get("time_axis", 0), attributes.get("batch_axis", 1)
    if shape is None:
        return None
    along = lambda axis: [shape[d] if d == axis else 1 for d in range(len(shape))]
    steps = w.constant(np.arange(shape[time]).reshape(along(time)))
    lengths = w.op("Reshape", w.op("Cast", node.input[1], to=TensorProto.INT64), w.ints(*along(batch)))
    back = w.op("Sub", w.op("Sub", lengths, w.ints(1)), steps)
    places = w.op("Where", w.op("Less", steps, lengths), back, steps)
    return [w.op("GatherElements", node.input[0], w.op("Expand", places, w.ints(*shape)), axis=time)]


def max_unpool(node, w, attributes):
    """Zeros, and each number where it came from, which the indices say for the whole tensor."""
    shape, given = w.shape(node.input[0]), node.input[2] if len(node.input) > 2 else ""
    result = w.value(given) if given else None
    if shape is None or given and result is None:
        raise Refused(node, "is supported where its shapes are known only")
    window, rank = attributes["kernel_shape"], len(shape) - 2
    strides, pads = attributes.get("strides", [1] * rank), attributes.get("pads", [0] * (2 * rank))
    plain = [(extent - 1) * stride + taps - low - high for extent, stride, taps, low, high
             in zip(shape[2:], strides, window, pads[:rank], pads[rank:])]
    wanted = shape[:2] + plain if result is None else result.tolist()
    places = w.op("Reshape", node.input[1], w.ints(-1))
    if wanted[2:] != plain:  # the indices are those of the smaller tensor
        digits, sizes = [], shape[:2] + plain
        for d in range(len(sizes)):
            rest = w.op("Div", places, w.ints(int(np.prod(sizes[d + 1:], dtype=np.int64))))
            digit = w.op("Sub", rest, w.op("Mul", w.op("Div", rest, w.ints(sizes[d])), w.ints(sizes[d])))
            digits.append(w.op("Mul", digit, w.ints(int(np.prod(wanted[d + 1:], dtype=np.int64)))))
        places = functools.reduce(lambda left, right: w.op("Add", left, right), digits)
    zeros = w.constant(np.zeros(int(np.prod(wanted))), node.input[0])
    spread = w.op("ScatterElements", zeros, places, w.op("Reshape", node.input[0], w.ints(-1)), axis=0)
    return [w.op("Reshape", spread, w.ints(*wanted))]


def reversing_slice(node, w, _):
    """A Slice with a negative step, as a Gather."""
    numbers = [w.value(name) for name in node.input[1:] if name]
    shape = w.shape(node.input[0])
    if any(n is None for n in numbers) or shape is None or len(numbers) < 4 or (numbers[3] > 0).all():
        return None
    result = node.input[0]
    for start, end, axis, step in zip(*(n.tolist() for n in numbers)):
        places = np.arange(shape[axis])[slice(*clamped(start, end, step, shape[axis]))]
        result = w.op("Gather", result, w.constant(places), axis=axis)
    return [result]


def clamped(start, end, step, extent):
    """ONNX's limits as Python's: there an end before the first is None."""
    start, end = (n + extent if n < 0 else n for n in (start, end))
    if step > 0:
        return min(max(start, 0), extent), min(max(end, 0), extent), step
    start, end = min(max(start, 0), extent - 1), min(max(end, -1), extent - 1)
    return start, None if end < 0 else end, step


def scatter_extremes(node, w, attributes):
    """ScatterElements by min or max, as ScatterND."""
    shape, reduction = w.shape(node.input[1]), attributes.get("reduction", b"none").decode()
    whole = w.shape(node.input[0])
    if shape is None or whole is None or reduction not in ("min", "max"):
        return None
    axis = attributes.get("axis", 0) % len(shape)
    grids = np.meshgrid(*(np.arange(extent) for extent in shape), indexing="ij")
    at = w.op("Cast", node.input[1], to=TensorProto.INT64)
    parts = [w.op("Unsqueeze", at if d == axis else w.constant(grid), w.ints(-1))
             for d, grid in enumerate(grids)]
    places = w.op("Concat", *parts, axis=-1)
    return [w.op("ScatterND", node.input[0], places, node.input[2], reduction=reduction)]
