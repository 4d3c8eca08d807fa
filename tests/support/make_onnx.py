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


def chain(factor, op="Relu"):
    """y = exp(relu(x * factor) + shift): every node has a name."""
    nodes = [helper.make_node("Mul", ["x", "factor"], ["scaled"], "scale"), helper.make_node(op, ["scaled"], ["cut"], "cut"),
             helper.make_node("Add", ["cut", "shift"], ["shifted"], "shift"), helper.make_node("Tanh", ["shifted"], ["y"], "bend")]
    weights = [("factor", np.full((4, 8), factor, np.float32)), ("shift", np.linspace(-1, 1, 8, dtype=np.float32))]
    return model(nodes, [tensor("x", [4, 8])], [tensor("y", [4, 8])], weights)


def picked():
    """Rows of a table by indices, of which a few only are legal; the largest of each row's places."""
    table = np.random.default_rng(2).standard_normal((5, 6)).astype(np.float32)
    nodes = [helper.make_node("Cast", ["ids"], ["long"], "widen", to=TensorProto.INT64),
             helper.make_node("Gather", ["table", "long"], ["rows"], "pick", axis=0),
             helper.make_node("ArgMax", ["rows"], ["y"], "largest", axis=1)]
    return model(nodes, [tensor("ids", [3], TensorProto.INT32)], [tensor("y", [3, 1], TensorProto.INT64)], [("table", table)])


def vendor():
    """ONNX Runtime's own operator, which onnx.reference has no implementation of."""
    made = model([helper.make_node("FusedGemm", ["x", "w"], ["y"], "fused", domain="com.microsoft", activation="Relu")],
                 [tensor("x", [4, 16])], [tensor("y", [4, 8])], [("w", np.ones((16, 8), np.float32))])
    made.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return made


kind, path = sys.argv[1:]
if kind == "dense":
    made = dense(4)
elif kind == "half":
    made = dense(4, TensorProto.FLOAT16)
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(
        numpy_helper.to_array(made.graph.initializer[0]).astype(np.float16), "w"))
elif kind == "chain":
    made = chain(1.5)
elif kind == "chain-of-others":
    made = chain(1.5, "Abs")
elif kind == "roots":  # of numbers that may be negative
    made = model([helper.make_node("Sqrt", ["x"], ["y"], "root")], [tensor("x", [4, 8])], [tensor("y", [4, 8])])
elif kind == "empty":
    made = model([helper.make_node("Relu", ["x"], ["y"])], [tensor("x", [4, 0])], [tensor("y", [4, 0])])
elif kind == "empty-inside":
    made = model([helper.make_node("Slice", ["x", "start", "end"], ["y"])], [tensor("x", [4, 3])], [tensor("y", [0, 3])],
                 [("start", np.array([2, 0])), ("end", np.array([2, 3]))])
elif kind == "picked":
    made = picked()
elif kind == "vendor":
    made = vendor()
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
