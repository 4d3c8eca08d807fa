"""Pooling."""
import numpy as np
from onnx import helper

from ..errors import Refused


def average_pool(node, w, attributes):
    """With windows that reach beyond the image: sums of them, divided by how many elements they hold. (torch-mlir
    counts these again for every element of every channel.)"""
    shape, window = w.shape(node.input[0]), attributes["kernel_shape"]
    rank = len(window)
    strides, dilations = (attributes.get(key, [1] * rank) for key in ("strides", "dilations"))
    pads = attributes.get("pads", [0] * (2 * rank))
    rounds_up, whole = attributes.get("ceil_mode", 0), attributes.get("count_include_pad", 0) or not any(pads)
    if shape is None or attributes.get("auto_pad", b"NOTSET") != b"NOTSET" or whole and not rounds_up:
        return None
    counts, beyond = np.ones([1] * rank), []
    for d, extent in enumerate(shape[2:]):
        low, high, reach = pads[d], pads[d + rank], (window[d] - 1) * dilations[d] + 1
        left = low + extent + high - reach
        length = (-(-left // strides[d]) if rounds_up else left // strides[d]) + 1
        if (length - 1) * strides[d] >= low + extent:
            length -= 1  # a window must start inside
        taps = np.arange(length)[:, None] * strides[d] + np.arange(window[d]) * dilations[d]
        first, end = (0, low + extent + high) if attributes.get("count_include_pad", 0) else (low, low + extent)
        inside = ((taps >= first) & (taps < end)).sum(1)
        counts = counts * inside.reshape([-1 if i == d else 1 for i in range(rank)])
        beyond.append(max(0, (length - 1) * strides[d] + reach - low - extent))
    padded = w.op("Pad", node.input[0], w.ints(0, 0, *pads[:rank], 0, 0, *beyond))
    pool = {"kernel_shape": window, "strides": strides}
    pool.update({"dilations": dilations} if any(d > 1 for d in dilations) else {})
    factors = w.constant(np.prod(window) / counts, node.input[0])
    return [w.op("Mul", w.op("AveragePool", padded, **pool), factors)]


def max_pool(node, w, attributes):
    """Its indices are places in the whole tensor: that of the first largest of each window, found among the taps."""
    shape, result = w.shape(node.input[0]), w.shape(node.output[0])
    if len(node.output) < 2 or not node.output[1]:
        return None
    if shape is None or result is None:
        raise Refused(node, "gives indices, which is supported for known shapes only")
    extents, rank = shape[2:], len(shape) - 2
    strides, dilations = (attributes.get(key, [1] * rank) for key in ("strides", "dilations"))
    window = attributes["kernel_shape"]
    low = pads_of(attributes, extents, window, strides, dilations)[:rank]
    taps = [np.arange(length)[:, None] * strides[d] + np.arange(window[d]) * dilations[d] - low[d]
            for d, length in enumerate(result[2:])]  # [results, taps] along each axis
    grids = [tap.reshape([-1 if i == d else 1 for i in range(rank)] + [window[d] if i == d else 1 for i in range(rank)])
             for d, tap in enumerate(taps)]
    inside = np.logical_and.reduce(np.broadcast_arrays(*((g >= 0) & (g < e) for g, e in zip(grids, extents))))
    order = "F" if attributes.get("storage_order", 0) else "C"
    clipped = np.broadcast_arrays(*(np.clip(g, 0, e - 1) for g, e in zip(grids, extents)))
    count, size, area = int(np.prod(result[2:])), int(np.prod(window)), int(np.prod(extents))
    places = np.where(inside, np.ravel_multi_index(clipped, extents), area).reshape(count, size)
    numbers = np.ravel_multi_index(clipped, extents, order=order).reshape(-1)
    flat = w.op("Reshape", node.input[0], w.ints(shape[0] * shape[1], area))
    element = helper.tensor_dtype_to_np_dtype(w.element(node.input[0]))
    bottom = np.iinfo(element).min if w.is_integer(node.input[0]) else -np.inf
    padded = w.op("Concat", flat, w.constant(np.full((shape[0] * shape[1], 1), bottom), node.input[0]), axis=1)
    largest = w.op("ArgMax", w.op("Gather", padded, w.constant(places), axis=1), axis=2, keepdims=0)
    at = w.op("Gather", w.constant(numbers), w.op("Add", largest, w.constant(np.arange(count) * size)), axis=0)
    at = w.op("Add", at, w.constant(np.arange(shape[0] * shape[1])[:, None] * area))
    values = {key: value for key, value in attributes.items() if key != "storage_order"}
    return [w.op("MaxPool", node.input[0], **values), w.op("Reshape", at, w.ints(*result))]


def pads_of(attributes, extents, window, strides, dilations):
    same = attributes.get("auto_pad", b"NOTSET")
    if same not in (b"SAME_UPPER", b"SAME_LOWER"):
        return list(attributes.get("pads", [0] * (2 * len(extents))))
    total = [max(0, (-(-e // s) - 1) * s + (k - 1) * d + 1 - e) for e, k, s, d in zip(extents, window, strides, dilations)]
    half = [t // 2 for t in total]
    rest = [t - h for t, h in zip(total, half)]
    return half + rest if same == b"SAME_UPPER" else rest + half


def lp_pool(node, w, attributes):
    """A mean of powers, times their number."""
    window, p = attributes["kernel_shape"], attributes.get("p", 2)
    number = lambda value: w.constant(value, node.input[0])
    pool = {key: value for key, value in attributes.items() if key != "p"}
    magnitude = w.op("Abs", node.input[0])
    powers = magnitude if p == 1 else w.op("Mul", magnitude, magnitude) if p == 2 else w.op("Pow", magnitude, number(p))
    total = w.op("Mul", w.op("AveragePool", powers, count_include_pad=1, **pool), number(np.prod(window)))
    return [total if p == 1 else w.op("Sqrt", total) if p == 2 else w.op("Pow", total, number(1 / p))]
