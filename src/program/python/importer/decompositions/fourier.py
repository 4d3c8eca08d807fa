"""DFT and STFT of a known length as products with a matrix of sines."""
import numpy as np

from ..errors import Refused

LONGEST = 4096  # the matrix has twice the square of it


def matrix(taken, length, made, parts_in, parts_out, inverse=False):
    """[taken, parts_in, made, parts_out]: numbers come and go as real and imaginary part, or real only."""
    angles = 2 * np.pi / length * np.outer(np.arange(taken), np.arange(made))
    cosines, sines = np.cos(angles), np.sin(angles) * (1 if inverse else -1)
    whole = np.stack([np.stack([cosines, sines], -1), np.stack([-sines, cosines], -1)], 1)
    return whole[:, :parts_in, :, :parts_out] / (length if inverse else 1)


def dft(node, w, attributes):
    """(sets 17 to 19 have the axis as an attribute)"""
    shape = w.shape(node.input[0])
    given = [w.value(name) if name else None for name in [*node.input[1:], "", ""][:2]]
    if shape is None or any(name and value is None for name, value in zip(node.input[1:], given)):
        raise Refused(node, "is supported where its shape, its length and its axis are known only")
    axis = attributes.get("axis", 1) if w.opset < 20 else -2 if given[1] is None else int(given[1].reshape(-1)[0])
    axis %= len(shape)
    inverse, onesided = attributes.get("inverse", 0), attributes.get("onesided", 0)
    bins = shape[axis]
    length = int(given[0].reshape(-1)[0]) if given[0] is not None else 2 * (bins - 1) if inverse and onesided else bins
    if length > LONGEST:
        raise Refused(node, f"is longer than {LONGEST}")
    taken, parts = min(bins, length), shape[-1]
    if inverse and onesided:
        # The other half mirrors this one: what has a mirror image counts twice, and only the real part is left.
        taken, made, parts_out = min(bins, length // 2 + 1), length, 1
        twice = np.where((np.arange(taken) == 0) | (2 * np.arange(taken) == length), 1, 2)
        product = matrix(taken, length, made, parts, 1, True) * twice[:, None, None, None]
    else:
        made, parts_out = length // 2 + 1 if onesided else length, 2
        product = matrix(taken, length, made, parts, 2, inverse)
    # [..., n, ..., parts] -> [..., n parts] x [n parts, made parts]
    others = [d for d in range(len(shape) - 1) if d != axis]
    perm = [*others, axis, len(shape) - 1]
    x = w.op("Transpose", node.input[0], perm=perm)
    if taken < bins:
        x = w.op("Slice", x, w.ints(0), w.ints(taken), w.ints(len(others)))
    x = w.op("Reshape", x, w.ints(*(shape[d] for d in others), taken * parts))
    x = w.op("MatMul", x, w.constant(product.reshape(taken * parts, made * parts_out), node.input[0]))
    x = w.op("Reshape", x, w.ints(*(shape[d] for d in others), made, parts_out))
    return [w.op("Transpose", x, perm=[perm.index(d) for d in range(len(shape))])]


def stft(node, w, attributes):
    """A convolution whose filters are the windowed sines."""
    signal, step, window, frame = [*node.input, ""][:4]
    shape, step = w.shape(signal), w.value(step)
    window, known = w.value(window) if window else None, not window or w.value(window) is not None
    if frame:
        known = known and w.value(frame) is not None
        length = int(w.value(frame).reshape(-1)[0]) if known else 0
    elif window is not None:
        length = len(window)
    else:
        known = False
    if shape is None or step is None or not known:
        raise Refused(node, "is supported where its shape, step, length and window are known only")
    if length > LONGEST:
        raise Refused(node, f"is longer than {LONGEST}")
    parts, made = (shape[2] if len(shape) > 2 else 1), length // 2 + 1 if attributes.get("onesided", 1) else length
    filters = matrix(length, length, made, parts, 2)
    if window is not None:
        filters = filters * window.reshape(-1, 1, 1, 1)
    # [n, parts, made, 2] -> [made 2, parts, n]
    filters = np.ascontiguousarray(filters.transpose(2, 3, 1, 0).reshape(made * 2, parts, length))
    x = w.op("Transpose", w.op("Reshape", signal, w.ints(shape[0], shape[1], parts)), perm=[0, 2, 1])
    x = w.op("Conv", x, w.constant(filters, signal), strides=[int(step.reshape(-1)[0])])
    frames = (shape[1] - length) // int(step.reshape(-1)[0]) + 1
    return [w.op("Reshape", w.op("Transpose", x, perm=[0, 2, 1]), w.ints(shape[0], frames, made, 2))]
