"""Products of matrices."""
import numpy as np
from onnx import TensorProto, helper


def mat_mul(node, w, _):
    """Of vectors: torch-mlir knows them by a matrix only."""
    ranks = [w.shape(name) for name in node.input]
    if None in ranks or 1 not in map(len, ranks) or max(map(len, ranks)) < 3:
        return None
    left, right = node.input
    if len(ranks[0]) == 1:
        return [w.op("Squeeze", w.op("MatMul", w.op("Unsqueeze", left, w.ints(0)), right), w.ints(-2))]
    return [w.op("Squeeze", w.op("MatMul", left, w.op("Unsqueeze", right, w.ints(1))), w.ints(-1))]


def q_linear_mat_mul(node, w, _):
    """Products of whole numbers are exact; then once rounded."""
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = node.input
    whole = lambda value: w.op("Cast", value, to=TensorProto.INT32)
    product = w.op("MatMul", w.op("Sub", whole(a), whole(a_zero)), w.op("Sub", whole(b), whole(b_zero)))
    scale = w.op("Div", w.op("Mul", a_scale, b_scale), y_scale)
    scaled = w.op("Mul", w.op("Cast", product, to=TensorProto.FLOAT), w.op("Cast", scale, to=TensorProto.FLOAT))
    shifted = w.op("Add", w.op("Round", scaled), w.op("Cast", y_zero, to=TensorProto.FLOAT))
    limits = np.iinfo(helper.tensor_dtype_to_np_dtype(w.element(y_zero)))
    kept = w.op("Clip", shifted, w.constant(np.float32(limits.min)), w.constant(np.float32(limits.max)))
    return [w.op("Cast", kept, to=w.element(y_zero))]
