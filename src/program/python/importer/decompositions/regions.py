"""Operators that gather pieces of images, or say where: Col2Im, RoiAlign and AffineGrid."""
import itertools

import numpy as np
from onnx import TensorProto

from ..errors import Refused


def col2im(node, w, attributes):
    """Every pixel gathers the columns' elements that fall on it, and sums them."""
    image, block, shape = w.value(node.input[1]), w.value(node.input[2]), w.shape(node.input[0])
    if image is None or block is None or shape is None:
        raise Refused(node, "is supported where the sizes of the image and of the blocks are known only")
    image, block, rank = image.tolist(), block.tolist(), len(image)
    strides, dilations = (attributes.get(key, [1] * rank) for key in ("strides", "dilations"))
    pads = attributes.get("pads", [0] * (2 * rank))
    counts = [(extent + low + high - (taps - 1) * dilation - 1) // stride + 1 for extent, taps, low, high, stride, dilation
              in zip(image, block, pads[:rank], pads[rank:], strides, dilations)]
    columns, taps = int(np.prod(counts)), int(np.prod(block))
    found = [[] for _ in range(int(np.prod(image)))]
    for tap, at in enumerate(itertools.product(*map(range, block))):
        for column, start in enumerate(itertools.product(*map(range, counts))):
            pixel = [s * stride + a * dilation - low for s, stride, a, dilation, low
                     in zip(start, strides, at, dilations, pads)]
            if all(0 <= p < extent for p, extent in zip(pixel, image)):
                found[int(np.ravel_multi_index(pixel, image))].append(tap * columns + column)
    zero, most = taps * columns, max(map(len, found))  # one more element, for pixels that fewer fall on
    places = np.array([one + [zero] * (most - len(one)) for one in found])
    channels = shape[1] // taps
    flat = w.op("Reshape", node.input[0], w.ints(shape[0], channels, zero))
    flat = w.op("Pad", flat, w.ints(0, 0, 0, 0, 0, 1))
    summed = w.op("ReduceSum", w.op("Gather", flat, w.constant(places), axis=2), w.ints(-1), keepdims=0)
    return [w.op("Reshape", summed, w.ints(shape[0], channels, *image))]


class Samples:
    """Where the samples of all regions lie along one axis of the image: [regions, bins * samples]."""

    def __init__(self, w, rois, first, scale, shift, bins, samples, extent, like):
        number = lambda value: w.constant(np.float32(value), like)
        start, end = (w.op("Sub", w.op("Mul", w.op("Gather", rois, w.ints(d), axis=1), number(scale)), number(shift))
                      for d in (first, first + 2))
        length = w.op("Sub", end, start)
        if not shift:  # the older way: no region is smaller than a pixel
            length = w.op("Max", length, number(1))
        steps = (np.arange(bins * samples) + 0.5) / (bins * samples)
        at = w.op("Add", start, w.op("Mul", length, w.constant(steps[None], like)))
        outside = w.op("Or", w.op("Less", at, number(-1)), w.op("Greater", at, number(extent)))
        self.inside = w.op("Sub", number(1), w.op("Cast", outside, to=w.element(like)))
        at = w.op("Clip", at, number(0), number(extent - 1))
        low = w.op("Floor", at)
        high = w.op("Min", w.op("Add", low, number(1)), number(extent - 1))
        self.places = [w.op("Cast", place, to=TensorProto.INT64) for place in (low, high)]
        share = w.op("Sub", at, low)
        self.shares = [w.op("Sub", number(1), share), share]


def roi_align(node, w, attributes):
    x, rois, batches = node.input
    shape, regions = w.shape(x), w.shape(rois)
    samples = attributes.get("sampling_ratio", 0)
    if shape is None or regions is None or not samples:
        raise Refused(node, "is supported for known shapes and a sampling_ratio that is not 0 only")
    n, c, height, width = shape
    bins = attributes.get("output_height", 1), attributes.get("output_width", 1)
    half = attributes.get("coordinate_transformation_mode", b"half_pixel") == b"half_pixel" and w.opset >= 16
    scale, shift = attributes.get("spatial_scale", 1.0), 0.5 if half else 0
    rows = Samples(w, rois, 1, scale, shift, bins[0], samples, height, x)
    columns = Samples(w, rois, 0, scale, shift, bins[1], samples, width, x)
    pixels = w.op("Reshape", w.op("Transpose", x, perm=[0, 2, 3, 1]), w.ints(n * height * width, c))
    across = lambda value: w.op("Unsqueeze", value, w.ints(1))  # [regions, 1, columns]
    down = lambda value: w.op("Unsqueeze", value, w.ints(2))  # [regions, rows, 1]
    image = w.op("Mul", w.op("Reshape", w.op("Cast", batches, to=TensorProto.INT64), w.ints(-1, 1, 1)), w.ints(height * width))
    inside = w.op("Mul", down(rows.inside), across(columns.inside))
    corners = []
    for row, row_share in zip(rows.places, rows.shares):
        for column, column_share in zip(columns.places, columns.shares):
            line = w.op("Add", w.op("Mul", down(row), w.ints(width)), across(column))
            share = w.op("Mul", w.op("Mul", down(row_share), across(column_share)), inside)
            taken = w.op("Gather", pixels, w.op("Add", image, line), axis=0)
            corners.append(w.op("Mul", taken, w.op("Unsqueeze", share, w.ints(-1))))
    largest = attributes.get("mode", b"avg") == b"max"
    result = w.op("Max" if largest else "Sum", *corners)
    result = w.op("Reshape", result, w.ints(regions[0], bins[0], samples, bins[1], samples, c))
    result = w.reduce("ReduceMax" if largest else "ReduceMean", result, 2, 4)
    return [w.op("Transpose", result, perm=[0, 3, 1, 2])]


def affine_grid(node, w, attributes):
    """A product with the places of all pixels, which are constants."""
    size, shape = w.value(node.input[1]), w.shape(node.input[0])
    if size is None or shape is None:
        raise Refused(node, "is supported where its size is known only")
    extents = size.tolist()[2:]
    ends = attributes.get("align_corners", 0)
    lines = [np.linspace(-1, 1, n) if ends else (2 * np.arange(n) + 1) / n - 1 for n in extents]
    grids = np.meshgrid(*lines, indexing="ij")
    places = np.stack([grid.reshape(-1) for grid in reversed(grids)] + [np.ones(grids[0].size)], -1)
    product = w.op("MatMul", w.constant(places, node.input[0]), w.op("Transpose", node.input[0], perm=[0, 2, 1]))
    return [w.op("Reshape", product, w.ints(shape[0], *extents, len(extents)))]
