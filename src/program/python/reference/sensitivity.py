"""How far a model's results move when its inputs and weights do by about a rounding error: another
implementation cannot be held to less."""
import numpy as np
import onnx
from onnx import numpy_helper

from .inputs import is_real

SAMPLES = 3
RELATIVE = 2.0 ** -20  # eight roundings of f32
# Inputs that are weights, by position; a change of other constants (sizes, exponents) is another model.
WEIGHTS = {"Conv": (1, 2), "ConvTranspose": (1, 2), "Gemm": (0, 1, 2), "MatMul": (0, 1), "LSTM": (1, 2, 3), "GRU": (1, 2, 3),
           "RNN": (1, 2, 3), "QuantizeLinear": (1,), "DequantizeLinear": (1,), "QLinearConv": (1, 4, 6),
           "QLinearMatMul": (1, 4, 6)}


def moved(values, rng, relative=RELATIVE):
    if not is_real(values.dtype):
        return values
    relative = max(relative, float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else 2.0 ** -8)
    factors = 1 + relative * rng.choice([-1.0, 0.0, 1.0], values.shape)
    with np.errstate(over="ignore"):
        return (values * factors).astype(values.dtype)


def moved_model(model, rng):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    wanted = {node.input[position] for node in made.graph.node for position in WEIGHTS.get(node.op_type, ())
              if position < len(node.input)}
    for tensor in made.graph.initializer:
        if tensor.name in wanted:
            values = numpy_helper.to_array(tensor)
            if is_real(values.dtype):
                tensor.CopyFrom(numpy_helper.from_array(moved(values, rng), tensor.name))
    return made


def samples(engine, model, feeds):
    """Outputs of models and inputs that are almost the given ones."""
    for sample in range(SAMPLES):
        rng = np.random.default_rng(sample)
        almost = {name: moved(value, rng) for name, value in feeds.items()}
        yield engine(moved_model(model, rng)).run(almost)
