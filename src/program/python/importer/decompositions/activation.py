"""Functions of single elements."""
from onnx import TensorProto


def swish(node, w, attributes):
    alpha = attributes.get("alpha", 1.0)
    scaled = node.input[0] if alpha == 1 else w.op("Mul", node.input[0], w.constant([alpha], node.input[0]))
    return [w.op("Mul", node.input[0], w.op("Sigmoid", scaled))]


def clip(node, w, _):
    """So that NaN stays: of two that do not compare, torch-mlir's Max and Min give the second."""
    if w.is_integer(node.input[0]) or not w.known_type(node.input[0]):
        return None
    low, high = [*node.input[1:], "", ""][:2]
    result = w.op("Max", low, node.input[0]) if low else node.input[0]
    return [w.op("Min", high, result) if high else w.op("Identity", result) if not low else result]


def extreme(node, w, _):
    """Max and Min of two at a time, a constant first: then NaN of the other stays."""
    if w.is_integer(node.input[0]) or not w.known_type(node.input[0]):
        return None
    constants = [name for name in node.input if w.value(name) is not None]
    result, *others = constants + [name for name in node.input if name not in constants]
    for number, other in enumerate(others, 1):
        larger = w.op(node.op_type, result, other)
        known = number <= len(constants)
        result = larger if known else w.op("Where", w.op("IsNaN", result), result, larger)
    return [w.op("Identity", result)]


def sign(node, w, _):
    if w.is_integer(node.input[0]) or not w.known_type(node.input[0]):
        return None
    return [w.op("Where", w.op("IsNaN", node.input[0]), node.input[0], w.op("Sign", node.input[0]))]


def hard_swish(node, w, _):
    """torch-mlir's loses NaN, and divides."""
    number = lambda value: w.constant(value, node.input[0])
    gate = w.op("Add", w.op("Mul", node.input[0], number(1 / 6)), number(0.5))
    return [w.op("Mul", node.input[0], w.op("Min", number(1), w.op("Max", number(0), gate)))]


def softsign(node, w, _):
    return [w.op("Div", node.input[0], w.op("Add", w.op("Abs", node.input[0]), w.constant(1, node.input[0])))]


def power(node, w, _):
    """Of whole numbers, or by them."""
    base, exponent = node.input
    if not w.known_type(base) or not w.known_type(exponent):
        return None
    if not w.is_integer(base):
        if w.element(base) == w.element(exponent):
            return None
        return [w.op("Pow", base, w.op("Cast", exponent, to=w.element(base)))]
    times = w.value(exponent)
    if times is not None and times.size == 1 and times.item() in (1, 2, 3, 4):
        result = w.op("Identity", base)
        for _ in range(int(times.item()) - 1):
            result = w.op("Mul", result, base)
        return [w.op("Reshape", result, w.ints(*shape))] if (shape := w.shape(node.output[0])) else [result]
    wide = [w.op("Cast", name, to=TensorProto.DOUBLE) for name in node.input]
    return [w.op("Cast", w.op("Pow", *wide), to=w.element(base))]
