"""Pooling."""
import numpy as np


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
