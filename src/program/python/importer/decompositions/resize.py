"""Resize: along every axis by itself, as a Gather of the nearest or a product with a matrix of weights."""
import numpy as np
from onnx import TensorProto, helper

from ..errors import Refused


def resize(node, w, attributes):
    if w.is_integer(node.input[0]) and attributes.get("mode", b"nearest") != b"nearest" and w.shape(node.input[0]):
        return between_whole_numbers(node, w, attributes)
    shape = w.shape(node.input[0])
    roi, scales, sizes = ([w.value(name) if name else None for name in node.input[1:4]] + [None] * 3)[:3]
    known = [n for n in (scales, sizes) if n is not None and n.size]
    text = {name: value.decode() for name, value in attributes.items() if isinstance(value, bytes)}
    crops = text.get("coordinate_transformation_mode") == "tf_crop_and_resize"
    if shape is None or not known or crops and roi is None:
        raise Refused(node, "has a shape that depends on values; make its sizes or scales constants in the model")
    axes = [a % len(shape) for a in attributes.get("axes", range(len(shape)))]
    extents = [shape[a] for a in axes]
    if sizes is not None and sizes.size:
        scales, sizes = fitted(extents, sizes.tolist(), text.get("keep_aspect_ratio_policy", "stretch"))
    else:
        scales = scales.astype(np.float64).tolist()
        sizes = [int(np.floor(e * s)) for e, s in zip(extents, scales)]
    roi = np.asarray(roi, np.float64) if roi is not None and roi.size else np.array([0, 1.]).repeat(len(axes))
    result = node.input[0]
    for index, (axis, extent, scale, size) in enumerate(zip(axes, extents, scales, sizes)):
        part = roi[index], roi[index + len(axes)]
        result = along(w, result, node.input[0], axis, extent, scale, size, part, text, attributes)
    return [w.op("Identity", result)]


def between_whole_numbers(node, w, attributes):
    """In floats, then cut off, as ONNX Runtime does it."""
    real = w.op("Cast", node.input[0], to=TensorProto.FLOAT)
    w.types[real] = helper.make_tensor_type_proto(TensorProto.FLOAT, w.shape(node.input[0])).tensor_type
    inner = helper.make_node(node.op_type, [real, *node.input[1:]], node.output, node.name)
    result, = resize(inner, w, attributes)
    return [w.op("Cast", result, to=w.element(node.input[0]))]


def upsample(node, w, attributes):
    """Upsample, and Resize of set 10: the first element of each is where it was, and the nearest the one before, or
    after it where the image becomes smaller (as ONNX Runtime)."""
    shape = w.shape(node.input[0])
    given = w.value(node.input[1]) if len(node.input) > 1 else None
    scales = attributes.get("scales", None if given is None else given.astype(np.float64).tolist())
    if shape is None or scales is None:
        raise Refused(node, "has a shape that depends on values; make its scales constants in the model")
    result = node.input[0]
    for axis, (extent, scale) in enumerate(zip(shape, scales)):
        text = {"coordinate_transformation_mode": "asymmetric", "mode": attributes.get("mode", b"nearest").decode(),
                "nearest_mode": "ceil" if scale < 1 else "floor"}
        result = along(w, result, node.input[0], axis, extent, scale, int(np.floor(extent * scale)), (0, 1), text, attributes)
    return [w.op("Identity", result)]


def along(w, result, like, axis, extent, scale, size, part, text, attributes):
    """Resized along one axis."""
    rank = len(w.shape(like))
    where, outside = coordinates(text.get("coordinate_transformation_mode", "half_pixel"), extent, scale, size, part)
    if text.get("mode", "nearest") == "nearest":
        places = nearest(where, extent, text.get("nearest_mode", "round_prefer_floor"))
        if not np.array_equal(places, np.arange(extent)):
            result = w.op("Gather", result, w.constant(places), axis=axis)
    else:
        matrix = weights(where, extent, scale, text["mode"], attributes)
        if not np.array_equal(matrix, np.eye(extent)):
            result = product(w, result, like, matrix, axis, rank)
    if outside.any():
        mask = outside.reshape([-1] + [1] * (rank - axis - 1))
        fill = w.constant([attributes.get("extrapolation_value", 0.0)], like)
        result = w.op("Where", w.constant(mask), fill, result)
    return result


def fitted(extents, sizes, policy):
    scales = [size / extent for size, extent in zip(sizes, extents)]
    if policy == "stretch":
        return scales, sizes
    scale = min(scales) if policy == "not_larger" else max(scales)
    return [scale] * len(extents), [int(np.floor(extent * scale + 0.5)) for extent in extents]


def coordinates(mode, extent, scale, size, roi):
    """Where each result lies among the `extent` elements, and whether that is outside of them."""
    y, length = np.arange(size, dtype=np.float64), scale * extent
    outside = np.zeros(size, bool)
    if mode == "align_corners":
        x = 0 * y if length == 1 else y * (extent - 1) / (length - 1)
    elif mode == "asymmetric":
        x = y / scale
    elif mode == "tf_crop_and_resize":
        x = (0 * y + (roi[1] - roi[0]) * (extent - 1) / 2 if length == 1
             else y * (roi[1] - roi[0]) * (extent - 1) / (length - 1)) + roi[0] * (extent - 1)
        outside = (x < 0) | (x > extent - 1)
    elif mode == "tf_half_pixel_for_nn":
        x = (y + 0.5) / scale
    elif mode == "pytorch_half_pixel" and length == 1:
        x = 0 * y - 0.5
    else:
        x = (y + 0.5) / scale - 0.5
        if mode == "half_pixel_symmetric":  # the centre stays where it is
            x += extent / 2 * (1 - size / length)
    return x, outside


def nearest(where, extent, mode):
    rounded = {"floor": np.floor(where), "ceil": np.ceil(where),
               "round_prefer_floor": np.ceil(where - 0.5), "round_prefer_ceil": np.floor(where + 0.5)}[mode]
    return np.clip(rounded, 0, extent - 1).astype(np.int64)


def weights(where, extent, scale, mode, attributes):
    """A row a result. What lies outside is the element at the edge, or left out."""
    a = attributes.get("cubic_coeff_a", -0.75)
    shrink = min(scale, 1) if attributes.get("antialias", 0) else 1
    reach = int(np.ceil((1 if mode == "linear" else 2) / shrink)) + 1
    taps = np.floor(where)[:, None] + np.arange(-reach, reach + 1)
    t = np.abs((taps - where[:, None]) * shrink)
    if mode == "linear":
        tap = np.clip(1 - t, 0, None)
    else:
        tap = np.where(t <= 1, ((a + 2) * t - (a + 3)) * t * t + 1,
                       np.where(t < 2, ((a * t - 5 * a) * t + 8 * a) * t - 4 * a, 0))
    if attributes.get("exclude_outside", 0):
        tap = np.where((taps < 0) | (taps >= extent), 0, tap)
    tap = tap / tap.sum(1, keepdims=True)
    matrix = np.zeros((len(where), extent))
    np.add.at(matrix, (np.arange(len(where))[:, None], np.clip(taps, 0, extent - 1).astype(int)), tap)
    return matrix


def product(w, value, like, matrix, axis, rank):
    if axis == rank - 1:
        return w.op("MatMul", value, w.constant(np.ascontiguousarray(matrix.T), like))
    order = [a for a in range(rank) if a != axis] + [axis]
    turned = w.op("MatMul", w.op("Transpose", value, perm=order), w.constant(np.ascontiguousarray(matrix.T), like))
    return w.op("Transpose", turned, perm=[order.index(a) for a in range(rank)])
