"""Determinants, and products of all elements so far."""
import itertools

import numpy as np

from ..errors import Refused

LARGEST = 6  # rows of a determinant: there are twice as many products for each more


def det(node, w, _):
    """By the minors of the first rows, each from those of a row less."""
    shape = w.shape(node.input[0])
    if shape is None or shape[-1] > LARGEST:
        raise Refused(node, f"is supported for known shapes of up to {LARGEST} rows only")
    size, last = shape[-1], len(shape) - 1
    at = lambda row, column: w.op("Gather", w.op("Gather", node.input[0], w.constant(np.int64(row)), axis=last - 1),
                                  w.constant(np.int64(column)), axis=last - 1)
    minors = {(column,): at(0, column) for column in range(size)}
    for row in range(1, size):
        elements, larger = [at(row, column) for column in range(size)], {}
        for columns in itertools.combinations(range(size), row + 1):
            for index, column in enumerate(columns):
                part = w.op("Mul", elements[column], minors[columns[:index] + columns[index + 1:]])
                sign = "Add" if (row + index) % 2 == 0 else "Sub"
                if columns not in larger:
                    larger[columns] = part if sign == "Add" else w.op("Neg", part)
                else:
                    larger[columns] = w.op(sign, larger[columns], part)
        minors = larger
    return [w.op("Identity", minors[tuple(range(size))])]


def cum_prod(node, w, attributes):
    """Each times the one before, each times the one two before, four, ..."""
    shape, axis = w.shape(node.input[0]), w.value(node.input[1])
    if shape is None or axis is None:
        raise Refused(node, "is supported where its shape and its axis are known only")
    axis = int(axis.reshape(-1)[0]) % len(shape)
    extent, back = shape[axis], attributes.get("reverse", 0)

    def moved(value, by):
        """Later by so many, with ones in front (or, backwards, behind)."""
        ones = w.constant(np.ones([min(by, extent) if d == axis else n for d, n in enumerate(shape)]), node.input[0])
        if by >= extent:
            return ones
        start, end = (by, extent) if back else (0, extent - by)
        kept = w.op("Slice", value, w.ints(start), w.ints(end), w.ints(axis))
        return w.op("Concat", *((kept, ones) if back else (ones, kept)), axis=axis)

    result, by = node.input[0], 1
    while by < extent:
        result, by = w.op("Mul", result, moved(result, by)), 2 * by
    return [w.op("Identity", moved(result, 1) if attributes.get("exclusive", 0) else result)]
