"""Operators that choose among elements."""
import numpy as np


def hardmax(node, w, attributes):
    """Before set 13: of everything from the axis on, at once."""
    shape = w.shape(node.input[0])
    if shape is None:
        return None
    axis = attributes.get("axis", 1) % max(len(shape), 1)
    rows = w.op("Reshape", node.input[0], w.ints(int(np.prod(shape[:axis])), int(np.prod(shape[axis:]))))
    return [w.op("Reshape", w.op("Hardmax", rows, axis=1), w.ints(*shape))]
