"""GridSample: of images of any number of dimensions, what lies at the places that a grid says."""
import itertools

import numpy as np
from onnx import TensorProto

from ..errors import Refused

NAMES = {"bilinear": "linear", "bicubic": "cubic"}  # before set 20
CUBIC = -0.75


class Sampler:
    def __init__(self, w, like, extents, padding, align):
        self.w, self.like, self.extents, self.padding, self.align = w, like, extents, padding, align

    def number(self, value):
        return self.w.constant(value, self.like)

    def places(self, grid, axis):
        """Of [-1, 1] in pixels; the last number of a grid is of the first axis."""
        w, extent = self.w, self.extents[axis]
        part = w.op("Gather", grid, w.constant(np.int64(len(self.extents) - 1 - axis)), axis=-1)
        scale, shift = ((extent - 1) / 2, (extent - 1) / 2) if self.align else (extent / 2, (extent - 1) / 2)
        return w.op("Add", w.op("Mul", part, self.number(scale)), self.number(shift))

    def limited(self, place, extent):
        """Brought inside: to the edge, or mirrored at it until it is."""
        w = self.w
        if self.padding == "border":
            return w.op("Clip", place, self.number(0), self.number(extent - 1))
        low, high = (0, extent - 1) if self.align else (-0.5, extent - 0.5)
        if high <= low:
            return w.op("Mul", place, self.number(0))
        distance = w.op("Abs", w.op("Sub", place, self.number(low)))
        period = 2 * (high - low)
        rounds = w.op("Floor", w.op("Div", distance, self.number(period)))
        rest = w.op("Sub", distance, w.op("Mul", rounds, self.number(period)))
        back = w.op("Min", rest, w.op("Sub", self.number(period), rest))
        return w.op("Clip", w.op("Add", back, self.number(low)), self.number(min(low, 0)), self.number(max(high, extent - 1)))

    def tap(self, place, extent):
        """A whole place as an index, and 1 where it is inside, else 0."""
        w = self.w
        if self.padding != "zeros":
            place = self.limited(place, extent)
        kept = w.op("Cast", w.op("Clip", place, self.number(0), self.number(extent - 1)), to=TensorProto.INT64)
        if self.padding != "zeros":
            return kept, None
        outside = w.op("Or", w.op("Less", place, self.number(0)), w.op("Greater", place, self.number(extent - 1)))
        return kept, w.op("Where", outside, self.number(0), self.number(1))

    def taps(self, place, extent, mode):
        """[(index, weight)] along one axis."""
        w = self.w
        if mode == "nearest":
            index, inside = self.tap(w.op("Round", place), extent)
            return [(index, inside)]
        low = w.op("Floor", place)
        share = w.op("Sub", place, low)
        made = []
        for step in ((0, 1) if mode == "linear" else (-1, 0, 1, 2)):
            index, inside = self.tap(low if step == 0 else w.op("Add", low, self.number(step)), extent)
            weight = self.weight(share, step, mode)
            made.append((index, weight if inside is None else w.op("Mul", weight, inside)))
        return made

    def weight(self, share, step, mode):
        w, number = self.w, self.number
        distance = w.op("Sub", share, number(step)) if step <= 0 else w.op("Sub", number(step), share)
        if mode == "linear":
            return w.op("Sub", number(1), distance)
        factors = ((CUBIC + 2, -(CUBIC + 3), 0, 1) if step in (0, 1) else (CUBIC, -5 * CUBIC, 8 * CUBIC, -4 * CUBIC))
        result = number(factors[0])
        for factor in factors[1:]:
            result = w.op("Add", w.op("Mul", result, distance), number(factor))
        return result


def grid_sample(node, w, attributes):
    x, grid = node.input
    shape, result = w.shape(x), w.shape(grid)
    if shape is None or result is None:
        raise Refused(node, "is supported for known shapes only")
    mode = attributes.get("mode", b"linear").decode()
    mode, extents = NAMES.get(mode, mode), shape[2:]
    sampler = Sampler(w, x, extents, attributes.get("padding_mode", b"zeros").decode(), attributes.get("align_corners", 0))
    count = int(np.prod(result[1:-1]))
    flat = w.op("Reshape", grid, w.ints(shape[0], count, len(extents)))
    taps = [sampler.taps(sampler.places(flat, axis), extent, mode) for axis, extent in enumerate(extents)]
    pixels = w.op("Reshape", x, w.ints(*shape[:2], int(np.prod(extents))))
    pixels = w.op("Reshape", w.op("Transpose", pixels, perm=[0, 2, 1]), w.ints(-1, shape[1]))
    images = w.constant((np.arange(shape[0]) * int(np.prod(extents)))[:, None])
    total = None
    for chosen in itertools.product(*taps):
        at, weight = images, None
        for axis, (index, share) in enumerate(chosen):
            at = w.op("Add", at, w.op("Mul", index, w.ints(int(np.prod(extents[axis + 1:])))))
            weight = share if weight is None else w.op("Mul", weight, share) if share is not None else weight
        found = w.op("Gather", pixels, at, axis=0)
        found = found if weight is None else w.op("Mul", found, w.op("Unsqueeze", weight, w.ints(-1)))
        total = found if total is None else w.op("Add", total, found)
    return [w.op("Reshape", w.op("Transpose", total, perm=[0, 2, 1]), w.ints(*shape[:2], *result[1:-1]))]
