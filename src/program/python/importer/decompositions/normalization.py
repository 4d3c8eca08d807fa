"""Elements divided by norms of their neighbours."""
import numpy as np


def lp_normalization(node, w, attributes):
    """Zeros stay zeros."""
    reduce = "ReduceL1" if attributes.get("p", 2) == 1 else "ReduceL2"
    norm = w.reduce(reduce, node.input[0], attributes.get("axis", -1), keepdims=1)
    is_zero = w.op("Equal", norm, w.constant([0], node.input[0]))
    return [w.op("Div", node.input[0], w.op("Where", is_zero, w.constant([1], node.input[0]), norm))]


def lrn(node, w, attributes):
    """A window over the channels of each pixel, channels last: torch-mlir's slides over whole images."""
    shape, size = w.shape(node.input[0]), attributes["size"]
    if shape is None or len(shape) < 3:
        return None
    last = [0, *range(2, len(shape)), 1]
    turned = w.op("Transpose", node.input[0], perm=last)
    flat = w.op("Reshape", turned, w.ints(int(np.prod(shape)) // shape[1], 1, shape[1]))
    mean = w.op("AveragePool", w.op("Mul", flat, flat), kernel_shape=[size], pads=[(size - 1) // 2, size // 2],
                count_include_pad=1)
    scale, bias, beta = (w.constant([attributes.get(key, usual)], node.input[0])
                         for key, usual in (("alpha", 1e-4), ("bias", 1.0), ("beta", 0.75)))
    result = w.op("Div", flat, w.op("Pow", w.op("Add", w.op("Mul", mean, scale), bias), beta))
    result = w.op("Reshape", result, w.ints(*(shape[d] for d in last)))
    return [w.op("Transpose", result, perm=[last.index(d) for d in range(len(shape))])]
