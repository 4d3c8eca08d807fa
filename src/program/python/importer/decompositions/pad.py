"""Pads other than by a constant."""
import numpy as np

from ..errors import Refused


def wrapping_pad(node, w, attributes):
    shape = w.shape(node.input[0])
    if attributes.get("mode", b"constant") != b"wrap":
        return None
    pads = w.value(node.input[1])
    if shape is None or pads is None:
        raise Refused(node, "wraps by a number of elements that is not constant")
    given = node.input[3] if len(node.input) > 3 else ""
    axes = w.value(given).tolist() if given else range(len(shape))
    result, half = node.input[0], len(pads) // 2
    for axis, low, high in zip(axes, pads[:half].tolist(), pads[half:].tolist()):
        places = np.arange(-low, shape[axis] + high) % shape[axis]
        result = w.op("Gather", result, w.constant(places), axis=axis)
    return [result]
