"""DeformConv: what the taps of each window find at the places that the offsets say, and a product with it."""
import numpy as np
from onnx import TensorProto

from ..errors import Refused
from .pool import pads_of


def deform_conv(node, w, attributes):
    x, weight, offset, bias, mask = [*node.input, "", ""][:5]
    shape, filters, result = w.shape(x), w.shape(weight), w.shape(node.output[0])
    if None in (shape, filters, result) or len(shape) != 4:
        raise Refused(node, "is supported for images of known sizes only")
    n, channels, height, width = shape
    window, groups = filters[2:], attributes.get("offset_group", 1)
    strides, dilations = (attributes.get(key, [1, 1]) for key in ("strides", "dilations"))
    pads = pads_of(attributes, shape[2:], window, strides, dilations)
    taps, area = int(np.prod(window)), int(np.prod(result[2:]))
    apart = w.op("Reshape", offset, w.ints(n, groups, taps, 2, area))
    grids = np.meshgrid(*(np.arange(k) * d - p for k, d, p in zip(window, dilations, pads)), indexing="ij")
    starts = np.meshgrid(*(np.arange(e) * s for e, s in zip(result[2:], strides)), indexing="ij")
    places = [w.op("Add", w.op("Gather", apart, w.constant(np.int64(d)), axis=3),
                   w.constant(grids[d].reshape(-1, 1) + starts[d].reshape(1, -1), x)) for d in (0, 1)]  # [n, groups, taps, area]
    pixels = w.op("Transpose", w.op("Reshape", x, w.ints(n * groups, channels // groups, height * width)), perm=[0, 2, 1])
    pixels = w.op("Reshape", pixels, w.ints(n * groups * height * width, channels // groups))
    images = w.constant((np.arange(n * groups) * height * width).reshape(n, groups, 1, 1))
    found = bilinear(w, pixels, images, places, (height, width), x)  # [n, groups, taps, area, channels / groups]
    if mask:
        found = w.op("Mul", found, w.op("Reshape", mask, w.ints(n, groups, taps, area, 1)))
    columns = w.op("Reshape", w.op("Transpose", found, perm=[0, 1, 4, 2, 3]), w.ints(n, channels, taps, area))
    product = w.op("Conv", columns, w.op("Reshape", weight, w.ints(filters[0], filters[1], taps, 1)),
                   *([bias] if bias else []), group=attributes.get("group", 1))
    return [w.op("Reshape", product, w.ints(*result))]


def bilinear(w, pixels, images, places, extents, like):
    """Of the four pixels around each place; those outside are zero."""
    number = lambda value: w.constant(value, like)
    ends = []
    for place, extent in zip(places, extents):
        low = w.op("Floor", place)
        share = w.op("Sub", place, low)
        both = []
        for at, weight in ((low, w.op("Sub", number(1), share)), (w.op("Add", low, number(1)), share)):
            outside = w.op("Or", w.op("Less", at, number(0)), w.op("Greater", at, number(extent - 1)))
            kept = w.op("Clip", at, number(0), number(extent - 1))
            both.append((w.op("Cast", kept, to=TensorProto.INT64), w.op("Where", outside, number(0), weight)))
        ends.append(both)
    total = None
    for row, row_weight in ends[0]:
        for column, column_weight in ends[1]:
            at = w.op("Add", images, w.op("Add", w.op("Mul", row, w.ints(extents[1])), column))
            weight = w.op("Unsqueeze", w.op("Mul", row_weight, column_weight), w.ints(-1))
            corner = w.op("Mul", w.op("Gather", pixels, at, axis=0), weight)
            total = corner if total is None else w.op("Add", total, corner)
    return total
