"""Operators that read elements by their places."""
import numpy as np
from onnx import TensorProto


def one_hot(node, w, attributes):
    depth, shape, result = w.value(node.input[1]), w.shape(node.input[0]), w.shape(node.output[0])
    if shape is None or depth is None and result is None:
        return None
    rank = len(shape)
    axis = attributes.get("axis", -1) % (rank + 1)
    depth = result[axis] if depth is None else int(depth.reshape(-1)[0])
    at = w.op("Unsqueeze", w.op("Cast", node.input[0], to=TensorProto.INT64), w.ints(axis))
    at = w.op("Where", w.op("Less", at, w.ints(0)), w.op("Add", at, w.ints(depth)), at)
    places = w.constant(np.arange(depth).reshape([-1] + [1] * (rank - axis)))
    off, on = (w.op("Gather", node.input[2], w.ints(i)) for i in (0, 1))
    return [w.op("Where", w.op("Equal", at, places), on, off)]
