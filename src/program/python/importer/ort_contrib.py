"""Operators that ONNX Runtime's optimiser and its transformer tools write, as ONNX's own that they were made of."""
import numpy as np
import onnx
from onnx import TensorProto

from .errors import Refused
from .ort_quantised import QUANTISED
from .graph_writer import spell


def activated(w, value, kind, parameters):
    """What follows a fused convolution or product."""
    kind = kind.decode()
    if kind == "Clip":
        return w.op("Clip", value, *(w.constant(np.float32(p)) for p in parameters))
    named = {"LeakyRelu": ["alpha"], "HardSigmoid": ["alpha", "beta"]}.get(kind, [])
    return w.op(kind, value, **dict(zip(named, parameters))) if kind else value


def fused_conv(node, w, attributes):
    own = {key: value for key, value in attributes.items() if not key.startswith("activation")}
    result = w.op("Conv", *[name for name in node.input[:3] if name], **own)
    if len(node.input) > 3 and node.input[3]:
        result = w.op("Add", result, node.input[3])
    return [activated(w, result, attributes.get("activation", b""), attributes.get("activation_params", []))]


def fused_gemm(node, w, attributes):
    own = {key: value for key, value in attributes.items() if not key.startswith("activation")}
    parameters = [attributes[key] for key in ("activation_alpha", "activation_beta") if key in attributes]
    return [activated(w, w.op("Gemm", *node.input, **own), attributes.get("activation", b""), parameters)]


def fused_mat_mul(node, w, attributes):
    if attributes.get("transBatchA", 0) or attributes.get("transBatchB", 0):
        raise Refused(node, "is not supported with transBatchA or transBatchB")
    sides = []
    for name, key in zip(node.input, ("transA", "transB")):
        if attributes.get(key, 0):
            shape = w.shape(name)
            if shape is None:
                return None
            rank = len(shape)
            name = w.op("Transpose", name, perm=[*range(rank - 2), rank - 1, rank - 2])
        sides.append(name)
    product = w.op("MatMul", *sides)
    alpha = attributes.get("alpha", 1.0)
    return [product if alpha == 1 else w.op("Mul", product, w.constant(np.float32(alpha)))]


def gelu(w, x):
    erf = w.op("Erf", w.op("Mul", x, w.constant(np.float32(0.5 ** 0.5))))
    return w.op("Mul", w.op("Mul", x, w.constant(np.float32(0.5))), w.op("Add", erf, w.constant(np.float32(1))))


def fast_gelu(node, w, _):
    x = w.op("Add", *node.input) if len(node.input) > 1 and node.input[1] else node.input[0]
    number = lambda value: w.constant(np.float32(value))
    cubed = w.op("Mul", w.op("Mul", w.op("Mul", x, x), x), number(0.044715))
    inner = w.op("Mul", w.op("Add", x, cubed), number((2 / np.pi) ** 0.5))
    return [w.op("Mul", w.op("Mul", x, number(0.5)), w.op("Add", w.op("Tanh", inner), number(1)))]


def quick_gelu(node, w, attributes):
    scaled = w.op("Mul", node.input[0], w.constant(np.float32(attributes.get("alpha", 1.702))))
    return [w.op("Mul", node.input[0], w.op("Sigmoid", scaled))]


def normalized(w, x, scale, shift, epsilon, centered=True):
    """Along the last axis; ONNX has an operator of its own from set 17 on only."""
    if centered and w.opset >= 17:
        return w.op("LayerNormalization", x, *[n for n in (scale, shift) if n], axis=-1, epsilon=epsilon)
    x = w.op("Sub", x, w.reduce("ReduceMean", x, -1, keepdims=1)) if centered else x
    variance = w.reduce("ReduceMean", w.op("Mul", x, x), -1, keepdims=1)
    deviation = w.op("Sqrt", w.op("Add", variance, w.constant(np.float32(epsilon))))
    result = w.op("Mul", w.op("Div", x, deviation), scale)
    return w.op("Add", result, shift) if shift else result


def layer_norm(node, w, attributes):
    """Before set 17 ONNX Runtime writes it without a domain. (Only the last axis: others have no one mean.)"""
    if attributes.get("axis", -1) != -1 or len(node.output) > 1 or w.opset >= 17 and node.op_type == "LayerNormalization":
        return None
    shift = node.input[2] if len(node.input) > 2 else ""
    return [normalized(w, node.input[0], node.input[1], shift, attributes.get("epsilon", 1e-5),
                       node.op_type == "LayerNormalization")]


def skip_layer_norm(node, w, attributes):
    """Inputs: two terms, scale, shift (of what is centered only) and a bias."""
    centered = node.op_type == "SkipLayerNormalization"
    given = [*node.input, "", ""]
    shift, bias = (given[3], given[4]) if centered else ("", given[3])
    if any(node.output[1:3]):
        raise Refused(node, "is not supported where its mean or deviation is used")
    total = w.op("Add", given[0], given[1])
    total = w.op("Add", total, bias) if bias else total
    result = normalized(w, total, given[2], shift, attributes.get("epsilon", 1e-12 if centered else 1e-5), centered)
    return [result, "", "", total][:len(node.output)]


def embedded(node, w, attributes):
    ids, segments, words, places, kinds, scale, shift, mask, positions = [*node.input, *[""] * 9][:9]
    shape = w.shape(ids)
    if mask or shape is None:
        raise Refused(node, "is supported without a mask only")
    total = w.op("Gather", words, ids, axis=0)
    at = positions or w.constant(np.arange(shape[1], dtype=np.int64)[None])
    total = w.op("Add", total, w.op("Gather", places, at, axis=0))
    if segments:
        total = w.op("Add", total, w.op("Gather", kinds, segments, axis=0))
    result = normalized(w, total, scale, shift, attributes.get("epsilon", 1e-12))
    unmasked = w.op("Identity", w.constant(np.zeros(shape[0], np.int32)))
    return [result, unmasked, total][:len(node.output)]


class Heads:
    """softmax(Q K^T scale + bias) V, a head at a time."""

    def __init__(self, node, w, attributes):
        self.node, self.w, self.attributes = node, w, attributes
        self.heads = attributes["num_heads"]

    def apart(self, value, width):
        shape = self.w.ints(0, 0, self.heads, width // self.heads)
        return self.w.op("Transpose", self.w.op("Reshape", value, shape), perm=[0, 2, 1, 3])

    def attend(self, query, key, value, widths, biases):
        w = self.w
        q, k, v = (self.apart(each, width) for each, width in zip((query, key, value), widths))
        scale = self.attributes.get("scale", 0) or (widths[0] // self.heads) ** -0.5
        scores = w.op("MatMul", q, w.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = w.op("Mul", scores, w.constant(np.float32(scale)))
        for bias in biases:
            scores = w.op("Add", scores, bias)
        mixed = w.op("Transpose", w.op("MatMul", w.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        return w.op("Reshape", mixed, w.ints(0, 0, widths[2]))

    def biases(self, mask, bias, length):
        """What is added to the scores: a mask [batch, keys] of ones and zeros, a bias, and what comes later."""
        w, made = self.w, [bias] if bias else []
        least = np.float32(self.attributes.get("mask_filter_value", -10000.0))
        if mask:
            if w.shape(mask) is None or len(w.shape(mask)) != 2:
                raise Refused(self.node, "is supported with a mask of [batch, keys] only")
            hidden = w.op("Sub", w.constant(np.float32(1)), w.op("Cast", mask, to=TensorProto.FLOAT))
            hidden = w.op("Mul", hidden, w.constant(least))
            made.append(w.op("Reshape", hidden, w.ints(0, 1, 1, -1)))
        if self.attributes.get("unidirectional", 0):
            made.append(w.constant(np.triu(np.full((length, length), least, np.float32), 1)))
        return made


def attention(node, w, attributes):
    """Of one input, with the weights of all three products side by side."""
    x, weights, bias, mask, past, added = [*node.input, *[""] * 6][:6]
    values, shape = w.value(weights), w.shape(x)
    if past or len([o for o in node.output if o]) > 1 or attributes.get("do_rotary", 0):
        raise Refused(node, "is supported without a past and rotation only")
    if values is None or shape is None:
        return None
    widths = attributes.get("qkv_hidden_sizes") or [values.shape[1] // 3] * 3
    ends = np.cumsum(widths)[:-1]
    parts = [w.op("MatMul", x, w.constant(np.ascontiguousarray(part))) for part in np.split(values, ends, axis=1)]
    if bias:
        if w.value(bias) is None:
            return None
        parts = [w.op("Add", part, w.constant(b)) for part, b in zip(parts, np.split(w.value(bias), ends))]
    heads = Heads(node, w, attributes)
    return [heads.attend(*parts, widths, heads.biases(mask, added, shape[1]))]


def multi_head_attention(node, w, attributes):
    """Of a query, a key and a value [batch, length, width]."""
    query, key, value, bias, mask, added, *past = [*node.input, *[""] * 8][:8]
    shapes = [w.shape(name) for name in (query, key, value) if name]
    if any(past) or not key or not value or len([o for o in node.output if o]) > 1:
        raise Refused(node, "is supported with separate query, key and value, without a past only")
    if None in shapes:
        return None
    if any(len(shape) != 3 for shape in shapes):
        raise Refused(node, "is supported with query, key and value of three dimensions only")
    widths, parts = [shape[2] for shape in shapes], [query, key, value]
    if bias:
        if w.value(bias) is None:
            return None
        parts = [w.op("Add", part, w.constant(b))
                 for part, b in zip(parts, np.split(w.value(bias), np.cumsum(widths)[:-1]))]
    heads = Heads(node, w, attributes)
    return [heads.attend(*parts, widths, heads.biases(mask, added, shapes[0][1]))]


def for_one_machine(node, *_):
    raise Refused(node, "is of a model that ONNX Runtime optimised for one machine; take the model from before, or save it "
                  "with graph optimisations of level ORT_ENABLE_EXTENDED at most")


MICROSOFT = {
    "Attention": attention, "BiasGelu": lambda node, w, _: [gelu(w, w.op("Add", *node.input))],
    "EmbedLayerNormalization": embedded, "FastGelu": fast_gelu, "FusedConv": fused_conv, "FusedGemm": fused_gemm,
    "FusedMatMul": fused_mat_mul, "Gelu": lambda node, w, _: [gelu(w, node.input[0])],
    "MultiHeadAttention": multi_head_attention, "QuickGelu": quick_gelu,
    "SkipLayerNormalization": skip_layer_norm, "SkipSimplifiedLayerNormalization": skip_layer_norm,
    "TransposeMatMul": fused_mat_mul,
}
NCHWC = dict.fromkeys(["Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReorderInput",
                       "ReorderOutput", "Upsample"], for_one_machine)
WRITERS = {**{f"com.microsoft.{kind}": writer for kind, writer in {**MICROSOFT, **QUANTISED}.items()},
           **{f"com.microsoft.nchwc.{kind}": writer for kind, writer in NCHWC.items()},
           "LayerNormalization": layer_norm, "SimplifiedLayerNormalization": layer_norm}


def without_vendors(model):
    """Each round makes more shapes known."""
    mine = lambda: [n for n in model.graph.node if n.domain.startswith("com.microsoft") or
                    n.op_type in ("LayerNormalization", "SimplifiedLayerNormalization")]
    while mine():
        try:
            model = onnx.shape_inference.infer_shapes(model)
        except Exception:  # onnx has several kinds of its own
            pass
        if not spell(model, WRITERS):
            break
    used = {node.domain for node in model.graph.node} | {"", "ai.onnx"}
    kept = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    return model
