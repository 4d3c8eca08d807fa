"""Reductions that torch-mlir computes otherwise than ONNX defines, or does not know."""
from onnx import TensorProto


def reduce_log_sum_exp(node, w, attributes):
    """Less the largest, so that large numbers stay finite; an infinite one is not taken off."""
    axes = w.axes(node, attributes)
    if not axes or w.is_integer(node.input[0]):
        return None
    most = w.reduce("ReduceMax", node.input[0], *axes, keepdims=1)
    most = w.op("Where", w.op("IsInf", most), w.constant(0, node.input[0]), most)
    powers = w.op("Exp", w.op("Sub", node.input[0], most))
    keep = attributes.get("keepdims", 1)
    logarithm = w.op("Log", w.reduce("ReduceSum", powers, *axes, keepdims=keep))
    return [w.op("Add", logarithm, most if keep else w.op("Squeeze", most, w.ints(*axes)))]


def reduce_mean(node, w, attributes):
    """Of whole numbers, rounded towards zero."""
    axes, shape = w.axes(node, attributes), w.shape(node.input[0])
    if axes is None or not w.is_integer(node.input[0]):
        return None
    count = 1
    for axis in axes:
        count *= shape[axis]
    total = w.reduce("ReduceSum", w.op("Cast", node.input[0], to=TensorProto.INT64), *axes, keepdims=attributes.get("keepdims", 1))
    return [w.op("Cast", w.op("Div", total, w.ints(count)), to=w.element(node.input[0]))]
