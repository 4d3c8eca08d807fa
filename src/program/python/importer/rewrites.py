"""The model in the form that torch-mlir takes best: constants in one place, batch norms folded, newer
operator sets, and operators that it has none or a wrong form of spelled out."""
import numpy as np
import onnx
from onnx import helper, numpy_helper


def constants_to_initialisers(model):
    """One way to state a constant is enough for what follows."""
    kept = []
    for node in model.graph.node:
        value = constant_of(node) if node.op_type == "Constant" else None
        if value is None:
            kept.append(node)
            continue
        value.name = node.output[0]
        model.graph.initializer.append(value)
    del model.graph.node[:]
    model.graph.node.extend(kept)


def constant_of(node):
    """Its tensor, however it is given; None for strings and sparse ones."""
    if not node.attribute:  # onnxsim leaves such
        return None
    attribute = node.attribute[0]
    if attribute.name == "value":
        return attribute.t
    kinds = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    if attribute.name not in kinds:
        return None
    return numpy_helper.from_array(np.array(helper.get_attribute_value(attribute), kinds[attribute.name]))


def widen_halves(graph):
    """float16 becomes float32 everywhere, inputs and outputs included: alt has none, and loses nothing."""
    half, whole = onnx.TensorProto.FLOAT16, onnx.TensorProto.FLOAT

    def widen(tensor):
        if tensor.data_type == half:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))

    for tensor in graph.initializer:
        widen(tensor)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == half:
            value.type.tensor_type.elem_type = whole
    for node in graph.node:
        for attribute in node.attribute:
            widen(attribute.t)
            if attribute.name in ("to", "dtype", "output_dtype") and attribute.i == half:
                attribute.i = whole
            if attribute.type == onnx.AttributeProto.GRAPH:
                widen_halves(attribute.g)


def fold_batch_norms(model):
    """y = (x - mean) / sqrt(var + eps) * scale + bias becomes x * a + b where all four are known.
    (onnxsim has folded those that follow a convolution whose weights it could see.)"""
    known = {i.name: i for i in model.graph.initializer}
    nodes = []
    ranks = {v.name: len(v.type.tensor_type.shape.dim)
             for v in [*model.graph.value_info, *model.graph.input]}
    for node in model.graph.node:
        if (node.op_type != "BatchNormalization" or len(node.output) != 1
                or any(n not in known for n in node.input[1:5]) or node.input[0] not in ranks
                or any(a.name == "training_mode" and a.i for a in node.attribute)):
            nodes.append(node)
            continue
        scale, bias, mean, var = (numpy_helper.to_array(known[n]).astype(np.float64)
                                  for n in node.input[1:5])
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        a = scale / np.sqrt(var + epsilon)
        shape = [-1] + [1] * (ranks[node.input[0]] - 2)
        out = node.output[0]
        for name, value in (("a", a), ("b", bias - mean * a)):
            model.graph.initializer.append(numpy_helper.from_array(
                value.astype(np.float32).reshape(shape), f"{out}.alt_{name}"))
        nodes.append(helper.make_node("Mul", [node.input[0], f"{out}.alt_a"], [f"{out}.alt_x"],
                                      name=f"{node.name}.scale"))
        nodes.append(helper.make_node("Add", [f"{out}.alt_x", f"{out}.alt_b"], [out],
                                      name=f"{node.name}.shift"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


# torch-mlir's own form of these is wrong (Gelu by tanh has 0.797724 for sqrt(2 / pi)) or refused
# (PRelu with one slope a channel): they are always replaced by what ONNX defines them to be.
DEFINED = {"Gelu", "PRelu", "SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"}


# Passes of onnxsim that make operators which torch-mlir does not know, and such that take them apart.
UNWANTED = ["fuse_attention", "fuse_rms_norm", "fuse_gelu", "fuse_rope", "fuse_gqa", "fuse_lp_normalization"]
WANTED = ["rewrite_tensor_scatter_to_scatter_elements"]


FOLD_ONLY = {"perform_optimization": False}


def simplify(model, choices=None):
    """onnxsim; its result only when it gives one (it refuses operators it does not know)."""
    from onnxsim import simplify as onnxsim
    inputs, outputs = list(model.graph.input), [o.name for o in model.graph.output]
    domains = {n.domain for n in model.graph.node}
    # Its fusions may end in operators of one vendor, which torch-mlir refuses: then without them.
    for settings in choices or ({"skipped_optimizers": UNWANTED, "extra_optimizers": WANTED},
                                {"skipped_optimizers": UNWANTED}, FOLD_ONLY):
        try:
            simpler, _ = onnxsim(model, tensor_size_threshold="1MB", inline_functions=True, **settings)
        except Exception:
            continue
        if ([o.name for o in simpler.graph.output] != outputs
                or not {n.domain for n in simpler.graph.node} <= domains):
            continue
        del simpler.graph.input[:]  # unused ones too, in the model's order
        simpler.graph.input.extend(inputs)
        return simpler
    return model


def convert(model, opset):
    try:
        return onnx.version_converter.convert_version(model, opset)
    except Exception:
        return None
