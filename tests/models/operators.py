"""Operators that the importer spells out itself, those of an operator set all in one model, against ONNX Runtime.

    operators.py build/bin/alt [PART_OF_NAME]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from loop_cases import LOOPS
from onnx import TensorProto, helper, numpy_helper
from set_cases import FUNCTIONS, SETS
from whole_cases import WHOLE

RNG = np.random.default_rng(5)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def ties(*shape):
    return RNG.integers(0, 4, shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def case(op, inputs, constants=(), outputs=1, **attributes):
    """One node: `inputs` are given to every run, `constants` are weights (None: left out)."""
    return op, list(inputs), list(constants), outputs, attributes


CASES = {
    "cumsum": case("CumSum", [floats(3, 5, 4)], [ints(1)[0]]),
    "cumsum_back": case("CumSum", [floats(3, 5)], [ints(0)[0]], exclusive=1, reverse=1),
    "top_largest": case("TopK", [ties(3, 9, 2)], [ints(4)], 2, axis=1),
    "top_smallest": case("TopK", [floats(2, 17)], [ints(17)], 2, largest=0),
    "scatter_slices": case("ScatterND", [floats(4, 5), ints(2, 0).reshape(2, 1), floats(2, 5)]),
    "scatter_sum": case("ScatterND", [floats(4, 5), ints(1, 2, 1, 2).reshape(2, 2), floats(2)], reduction="add"),
    "scatter_elements": case("ScatterElements", [floats(3, 4), ints(3, 0, 1, 2, 0, 1).reshape(3, 2), floats(3, 2)],
                             axis=1, reduction="mul"),
    "scatter_most": case("ScatterElements", [floats(3, 4), ints(3, 0, 1, 2, 3, 1).reshape(3, 2), floats(3, 2)],
                         axis=1, reduction="max"),
    "resize_nearest": case("Resize", [floats(1, 2, 5, 3)], [None, None, ints(1, 2, 7, 6)],
                           nearest_mode="ceil", coordinate_transformation_mode="asymmetric"),
    "resize_linear": case("Resize", [floats(1, 2, 5, 3)], [None, np.float32([1, 1, 2, 0.7])], mode="linear"),
    "resize_corners": case("Resize", [floats(1, 2, 5, 3)], [None, None, ints(1, 2, 10, 9)], mode="linear",
                           coordinate_transformation_mode="align_corners"),
    "resize_cubic": case("Resize", [floats(1, 2, 5, 4)], [None, None, ints(1, 2, 9, 3)], mode="cubic",
                         coordinate_transformation_mode="pytorch_half_pixel", exclude_outside=1),
    "resize_smooth": case("Resize", [floats(1, 2, 9, 8)], [None, None, ints(1, 2, 4, 3)], mode="linear", antialias=1),
    "one_hot": case("OneHot", [ints(1, -1, 3, 0)], [ints(5), np.float32([-2, 3])], axis=0),
    "unit_rows": case("LpNormalization", [floats(4, 6)], axis=1, p=1),
    "lrn": case("LRN", [floats(2, 7, 3, 5)], size=5, alpha=0.5, bias=2.0, beta=0.75),
    "vector_by_matrices": case("MatMul", [floats(4), floats(3, 4, 5)]),
    "flipped": case("Slice", [floats(3, 6)], [ints(-1, 4), ints(-9, 0), ints(0, 1), ints(-1, -2)]),
    "dft": case("DFT", [floats(2, 12, 3, 1)], onesided=1),
    "dft_back": case("DFT", [floats(2, 3, 10, 2)], [ints(8)[0]], axis=2, inverse=1),
    "stft": case("STFT", [floats(2, 40, 1)], [ints(6)[0], np.abs(floats(16)), ints(16)[0]]),
    "col2im": case("Col2Im", [floats(2, 18, 12)], [ints(6, 5), ints(3, 3)], strides=[2, 1], pads=[1, 0, 1, 1],
                   dilations=[1, 1]),
    "regions": case("RoiAlign", [floats(2, 3, 8, 9), np.float32([[0, 0, 20, 17], [3, 2, 9, 30], [-9, -8, 2, 2]]), ints(0, 1, 1)],
                    output_height=3, output_width=2, sampling_ratio=2, spatial_scale=0.4),
    "regions_max": case("RoiAlign", [floats(2, 3, 8, 9), np.float32([[0, 0, 20, 17], [3, 2, 9, 30]]), ints(1, 0)],
                        output_height=2, output_width=2, sampling_ratio=1, spatial_scale=0.4, mode="max"),
    "compressed": case("Compress", [floats(3, 4)], [np.array([True, False, False, True])], axis=1),
    "sequences": case("ReverseSequence", [floats(5, 3, 2), ints(2, 5, 1)]),
    "unpooled": case("MaxUnpool", [floats(1, 2, 2, 2), ints(0, 3, 8, 14, 17, 19, 24, 30).reshape(1, 2, 2, 2)],
                     kernel_shape=[2, 2], strides=[2, 2]),
    "pool_beyond": case("AveragePool", [floats(1, 2, 7, 6)], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1,
                        pads=[1, 0, 0, 1]),
    "pool_padded": case("AveragePool", [floats(1, 2, 7, 6)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
    "spread": case("ConvTranspose", [floats(1, 6, 4, 5)], [floats(6, 3, 2, 2), floats(3)], strides=[2, 2]),
    "grouped_transposed": case("ConvTranspose", [floats(1, 6, 4, 5)], [floats(6, 2, 3, 3), floats(4)], strides=[2, 1],
                               group=2, pads=[1, 0, 1, 2], output_padding=[1, 0]),
    "sampled": case("GridSample", [floats(1, 2, 5, 6), floats(1, 3, 4, 2)], mode="nearest", padding_mode="border"),
    "depth_to_space": case("DepthToSpace", [floats(2, 12, 3, 5)], blocksize=2),
    "depth_to_space_crd": case("DepthToSpace", [floats(2, 12, 3, 5)], blocksize=2, mode="CRD"),
    "space_to_depth": case("SpaceToDepth", [floats(2, 3, 4, 6)], blocksize=2),
    "lstm": case("LSTM", [floats(6, 2, 3)], [floats(2, 16, 3), floats(2, 16, 4), floats(2, 32), np.int32([6, 4])], 3,
                 hidden_size=4, direction="bidirectional"),
    "lstm_peepholes": case("LSTM", [floats(3, 2, 3)], [floats(1, 16, 3), floats(1, 16, 4), None, None, None, None,
                                                       floats(1, 12)], 3, hidden_size=4, direction="reverse"),
    "gru": case("GRU", [floats(4, 2, 3)], [floats(2, 12, 3), floats(2, 12, 4), floats(2, 24), None, floats(2, 2, 4)],
                2, hidden_size=4, direction="bidirectional"),
    "gru_linear": case("GRU", [floats(4, 2, 3)], [floats(1, 12, 3), floats(1, 12, 4), floats(1, 24)], 2,
                       hidden_size=4, linear_before_reset=1),
    "rnn": case("RNN", [floats(4, 2, 3)], [floats(1, 4, 3), floats(1, 4, 4), floats(1, 8)], 2, hidden_size=4,
                activations=["Relu"]),
}


# What ONNX Runtime's optimiser writes.
def vendors(op, *arguments, **attributes):
    return case(f"com.microsoft.{op}", *arguments, **attributes)


MASK = np.int32([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
CASES.update({
    "fused_conv": vendors("FusedConv", [floats(1, 3, 6, 5)], [floats(4, 3, 3, 3), floats(4), floats(1, 4, 6, 5)],
                          activation="LeakyRelu", activation_params=[0.2], pads=[1, 1, 1, 1]),
    "fused_gemm": vendors("FusedGemm", [floats(3, 4)], [floats(5, 4), floats(5)], transB=1, activation="Relu"),
    "fused_product": vendors("FusedMatMul", [floats(2, 4, 3), floats(2, 5, 4)], transA=1, transB=1, alpha=0.3),
    "gelu": vendors("Gelu", [floats(3, 7)]),
    "bias_gelu": vendors("BiasGelu", [floats(3, 7)], [floats(7)]),
    "fast_gelu": vendors("FastGelu", [floats(3, 7)], [floats(7)]),
    "quick_gelu": vendors("QuickGelu", [floats(3, 7)], alpha=1.3),
    "skip_norm": vendors("SkipLayerNormalization", [floats(2, 3, 8), floats(2, 3, 8)], [floats(8), floats(8), floats(8)]),
    "skip_rms": vendors("SkipSimplifiedLayerNormalization", [floats(2, 3, 8), floats(2, 3, 8)], [floats(8)]),
    "attention": vendors("Attention", [floats(2, 5, 8)], [floats(8, 24), floats(24), MASK], num_heads=2),
    "attention_causal": vendors("Attention", [floats(2, 5, 8)], [floats(8, 24), floats(24)], num_heads=4, unidirectional=1),
    "attention_of_others": vendors("MultiHeadAttention", [floats(2, 3, 8), floats(2, 5, 8), floats(2, 5, 12)],
                                   [floats(28), None, floats(1, 2, 3, 5)], num_heads=2),
    "embedded": vendors("EmbedLayerNormalization", [np.int32([[1, 0, 3]]), np.int32([[0, 1, 1]])],
                        [floats(4, 8), floats(6, 8), floats(2, 8), floats(8), floats(8)], 2),
})


def branch(op, name, **attributes):
    value = helper.make_tensor_value_info(name, TensorProto.FLOAT, [3, 4])
    return helper.make_graph([helper.make_node(op, ["if_in1"], [name], **attributes)], name, [], [value])


def decaying_sum():
    """Of the rows of a matrix, the last one first: half of what there is, and a row."""
    row = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    nodes = [helper.make_node("Mul", ["sum", "half"], ["less"]), helper.make_node("Add", ["less", "row"], ["new"]),
             helper.make_node("Neg", ["new"], ["shown"])]
    return helper.make_graph(nodes, "body", [row("sum"), row("row")], [row("new"), row("shown")],
                             [numpy_helper.from_array(np.float32([0.5]), "half")])


# Negative pads crop, in every mode, before what is left is padded.
for mode in ("constant", "reflect", "edge"):
    CASES[f"pad_cropped_{mode}"] = case("Pad", [floats(2, 5, 6)], [ints(0, -1, 2, 0, 1, -2)], mode=mode)
    CASES[f"pad_any_axis_{mode}"] = case("Pad", [floats(3, 2, 4, 3)], [ints(1, 1, -1, 0, 1, 0, 2, -1)], mode=mode)

CASES["long_mask"] = case("And", [floats(8, 11, 16) > 0], [floats(8, 11, 16) > 0.3])
CASES["scan"] = case("Scan", [floats(4), floats(5, 4)], outputs=2, body=decaying_sum(), num_scan_inputs=1,
                     scan_input_directions=[1], scan_output_directions=[1])
CASES["if"] = case("If", [np.array(False), floats(3, 4)], then_branch=branch("Relu", "t"), else_branch=branch("Neg", "e"))
CASES.update(LOOPS)
CASES.update(SETS)
CASES.update(WHOLE)
OPSET = 18  # of cases that name none


def model_of(cases, opset):
    nodes, feeds, weights, outputs = [], {}, [], []
    for name, (op, inputs, constants, count, attributes) in cases.items():
        names = []
        for index, value in enumerate(inputs):
            names.append(f"{name}_in{index}")
            feeds[names[-1]] = value
        for index, value in enumerate(constants):
            names.append("" if value is None else f"{name}_const{index}")
            if value is not None:
                weights.append(numpy_helper.from_array(np.asarray(value), names[-1]))
        made = [f"{name}_out{index}" for index in range(count)]
        attributes, takes = dict(attributes), attributes.get("takes", ["in0"] if op == "If" else None)
        for ours in ("takes", "opset"):
            attributes.pop(ours, None)
        taken = names if takes is None else [each and f"{name}_{each}" for each in takes]
        domain, _, kind = op.rpartition(".")
        nodes.append(helper.make_node(kind, taken, made, name, domain=domain, **attributes))
        outputs += made
    values = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
              for name, value in feeds.items()]
    untyped = [helper.make_empty_tensor_value_info(name) for name in outputs]
    made = helper.make_model(helper.make_graph(nodes, "g", values, untyped, weights), ir_version=9 if opset < 23 else 11,
                             opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1), helper.make_opsetid("ours", 1)],
                             functions=FUNCTIONS if opset == OPSET else [])
    return made, feeds


def compare(alt, cases, opset):
    """How many results there are, and the names of those that differ."""
    model, feeds = model_of(cases, opset)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(None, feeds)))
    for value in model.graph.output:
        result = np.asarray(expected[value.name])
        value.CopyFrom(helper.make_tensor_value_info(value.name, helper.np_dtype_to_tensor_dtype(result.dtype), result.shape))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        onnx.save(model, folder / "operators.onnx")
        subprocess.run([alt, "compile", folder / "operators.onnx", "--out", folder / "out", "--untuned", "-q"],
                       check=True, stdout=subprocess.DEVNULL)
        arguments = ["--tolerance", "1e-4"]
        for flag, tensors in (("--input", feeds), ("--check", expected)):
            for name, value in tensors.items():
                np.save(folder / f"{name}.npy", value)
                arguments += [flag, folder / f"{name}.npy"]
        ran = subprocess.run([alt, "run", folder / "out", *arguments, "--repeat", "0", "--json"],
                             stdout=subprocess.PIPE, check=False)
        return len(names), json.loads(ran.stdout).get("differences", [])


def main():
    alt, part = sys.argv[1], (sys.argv + [""])[2]
    cases = {name: made for name, made in CASES.items() if part in name}
    total, wrong = 0, []
    for opset in sorted({made[-1].get("opset", OPSET) for made in cases.values()}):
        count, differ = compare(alt, {name: made for name, made in cases.items() if made[-1].get("opset", OPSET) == opset}, opset)
        total, wrong = total + count, wrong + differ
    for difference in wrong:
        print(f"{difference}, says ONNX Runtime")
    print(f"{total - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not total else 0


if __name__ == "__main__":
    sys.exit(main())
