"""make_onnx.py KIND FILE: small models for the tests of import and its refusals."""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, inputs, outputs, weights=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs,
                              [numpy_helper.from_array(value, name) for name, value in weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def dense(rows, kind=TensorProto.FLOAT):
    """relu(x w), x of `rows` rows."""
    weight = np.random.default_rng(1).standard_normal((16, 8)).astype(np.float32)
    return model([helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Relu", ["m"], ["y"])],
                 [tensor("x", [rows, 16], kind)], [tensor("y", [rows, 8], kind)], [("w", weight)])


kind, path = sys.argv[1:]
if kind == "dense":
    made = dense(4)
elif kind == "half":
    made = dense(4, TensorProto.FLOAT16)
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(
        numpy_helper.to_array(made.graph.initializer[0]).astype(np.float16), "w"))
elif kind == "dynamic":
    made = dense("batch")
elif kind == "dynamic-inside":  # though all that is declared is static
    made = model([helper.make_node("Relu", ["x"], ["r"]),
                  helper.make_node("Tile", ["r", "times"], ["y"], name="spread")],
                 [tensor("x", [4, 4]), tensor("times", [2], TensorProto.INT64)], [tensor("y", [4, 8])])
elif kind == "unsupported-op":
    made = model([helper.make_node("StringNormalizer", ["x"], ["y"], name="normalise")],
                 [tensor("x", [4], TensorProto.STRING)], [tensor("y", [4], TensorProto.STRING)])
elif kind == "unknown-op":
    made = model([helper.make_node("NoSuchThing", ["x"], ["y"], name="odd")], [tensor("x", [4])], [tensor("y", None)])
elif kind == "one-machine":
    made = model([helper.make_node("Conv", ["x"], ["y"], name="blocked", domain="com.microsoft.nchwc")],
                 [tensor("x", [1, 16, 4, 4])], [tensor("y", [1, 16, 4, 4])])
elif kind == "unsupported-type":
    made = model([helper.make_node("Add", ["x", "x"], ["y"])],
                 [tensor("x", [4, 4], TensorProto.COMPLEX64)], [tensor("y", [4, 4], TensorProto.COMPLEX64)])
else:
    sys.exit(f"make_onnx.py: no model '{kind}'")
onnx.save(made, path)
