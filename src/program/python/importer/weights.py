"""Large constants leave the model: they become graph inputs, and a file beside the text."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

LARGE = 256  # elements; smaller initialisers stay: operators need shapes, scales and pads as constants
STORED = {TensorProto.FLOAT: "<f4", TensorProto.INT8: "i1", TensorProto.UINT8: "u1"}  # types that are taken out
FILLED = 1 << 14  # likewise for what ConstantOfShape fills
ALIGNMENT = 64

# Operators that torch-mlir reads at import time: their operands must stay constants.
READS_CONSTANTS = {"Resize", "Upsample", "Pad", "Slice", "Tile", "Range", "OneHot", "Clip",
                   "QuantizeLinear", "DequantizeLinear", "If", "Loop", "Scan"}


def take_out_initialisers(model, weights, out):
    """Large initialisers of floats and bytes -> the weights file and graph inputs."""
    needed = {n for node in model.graph.node if node.op_type in READS_CONSTANTS for n in node.input}
    needed |= {v.name for v in model.graph.output}
    kept = []
    used = {n for node in model.graph.node for n in node.input}
    for tensor in model.graph.initializer:
        size = int(np.prod(list(tensor.dims), dtype=np.int64))
        if tensor.data_type not in STORED or size < LARGE or tensor.name in needed:
            kept.append(tensor)
            continue
        if tensor.name not in used:
            continue
        array = np.ascontiguousarray(numpy_helper.to_array(tensor), dtype=STORED[tensor.data_type])
        entry = weights[tensor.name] = {"shape": list(tensor.dims)}
        bits = array.view(f"u{array.itemsize}")
        if np.all(bits == bits.flat[0]):  # bytes as MLIR has them, signed
            entry["splat"] = float(array.flat[0] if array.itemsize > 1 else array.view("i1").flat[0])
        else:
            entry["offset"] = out.tell()
            out.write(array.tobytes())
            out.write(bytes(-array.nbytes % ALIGNMENT))
        model.graph.input.append(
            helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def take_out_filled(model, weights):
    """ConstantOfShape with a known large shape becomes an input: a number repeated, never stored."""
    shapes = {i.name: i for i in model.graph.initializer}
    kept = []
    for node in model.graph.node:
        if node.op_type == "ConstantOfShape" and node.input[0] in shapes:
            shape = numpy_helper.to_array(shapes[node.input[0]]).tolist()
            fill = np.float32(0)
            for attribute in node.attribute:
                fill = numpy_helper.to_array(attribute.t).reshape(-1)[0]
            if fill.dtype == np.float32 and np.prod(shape, dtype=np.int64) >= FILLED:
                name = node.output[0]
                weights[name] = {"shape": shape, "splat": float(fill)}
                model.graph.input.append(
                    helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
                continue
        kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
