"""Pads: ONNX crops by negative numbers first, in every mode, and then pads what is left."""
import numpy as np

from ..errors import Refused

NUMPY_MODES = {b"reflect": "reflect", b"edge": "edge", b"wrap": "wrap"}


def pad(node, w, attributes):
    """Pads that only add are left to torch-mlir, where it knows the mode: by a constant, and of an image's last axes."""
    mode = attributes.get("mode", b"constant")
    if mode != b"constant" and mode not in NUMPY_MODES:
        raise Refused(node, f"has the mode '{mode.decode()}', which ONNX does not define")
    shape = w.shape(node.input[0])
    pads = w.value(node.input[1]) if len(node.input) > 1 else np.array(attributes["pads"])  # before set 11
    if mode == b"constant" and (shape is None or pads is None or pads.min() >= 0):
        return None
    if shape is None or pads is None:
        raise Refused(node, "pads by a number of elements that is not constant")
    given = node.input[3] if len(node.input) > 3 else ""
    axes = w.value(given).tolist() if given else range(len(shape))
    lows, highs = [0] * len(shape), [0] * len(shape)
    half = len(pads) // 2
    for axis, low, high in zip(axes, pads[:half].tolist(), pads[half:].tolist()):
        lows[axis], highs[axis] = low, high
    if mode == b"constant":
        return [cropped(node, w, shape, lows, highs)]
    if mode != b"wrap" and not given and min(lows + highs) >= 0 and len(shape) in (3, 4) and not any(lows[:2] + highs[:2]):
        return None
    result = node.input[0]
    for axis, (low, high) in enumerate(zip(lows, highs)):
        if low or high:
            result = w.op("Gather", result, w.constant(places(node, shape[axis], low, high, mode)), axis=axis)
    return [w.op("Identity", result) if result == node.input[0] else result]


def cropped(node, w, shape, lows, highs):
    """MLIR folds a pad whose numbers sum up to nothing, whatever their signs: a slice, then what is added."""
    if len(node.input) < 2:
        raise Refused(node, "pads by a negative number in an operator set before 11")
    starts = [max(0, -low) for low in lows]
    ends = [extent - max(0, -high) for extent, high in zip(shape, highs)]
    if any(start >= end for start, end in zip(starts, ends)):
        raise Refused(node, "leaves nothing of its input")
    axes = range(len(shape))
    middle = w.op("Slice", node.input[0], w.ints(*starts), w.ints(*ends), w.ints(*axes))
    added = [max(0, pad) for pad in lows + highs]
    return w.op("Pad", middle, w.ints(*added), *node.input[2:3]) if any(added) else middle


def places(node, extent, low, high, mode):
    """Which element of the axis each one of the result is."""
    kept = np.arange(extent)[max(0, -low):extent - max(0, -high)]
    if not kept.size:
        raise Refused(node, f"has the mode '{mode.decode()}' and nothing left to repeat on an axis of {extent}")
    return np.pad(kept, (max(0, low), max(0, high)), NUMPY_MODES[mode])
