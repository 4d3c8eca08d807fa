"""ONNX model -> linalg on tensors (.mlir) and a weights file beside it.

Run by `alt import` with the Python of the environment that holds torch-mlir, onnx and onnxsim:

    onnx_to_linalg.py MODEL.onnx OUT.mlir --tools DIR --work DIR [--shape NAME=1x3x48x192]...

Large initialisers leave the model as extra graph inputs before torch-mlir sees it: the text stays
small, and onnxsim and torch-mlir never copy hundreds of megabytes about. What a user must be told
is printed as one JSON object on stdout ({"kind": ..., "message": ...}) with exit code 3.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys

LARGE = 256  # elements; smaller initialisers stay: operators need shapes, scales and pads as constants
FILLED = 1 << 14  # likewise for what ConstantOfShape fills
ALIGNMENT = 64
OPSET = 17  # torch-mlir refuses some older operators (MaxPool 11 of the PP-OCR classifier)
PIPELINE = (
    "builtin.module(torch-onnx-to-torch-backend-pipeline,"
    "torch-backend-to-linalg-on-tensors-backend-pipeline)"
)


def fail(kind, message):
    print(json.dumps({"kind": kind, "message": message}))
    sys.exit(3)


try:
    import numpy as np
    import onnx
    import onnx.inliner
    from onnx import TensorProto, helper, numpy_helper
except ImportError as error:
    fail("unsupported", f"Python package '{error.name}' is missing beside torch-mlir: run `make build`, "
         "or name a directory that has them with --torch-mlir DIR.")

ELEMENT_TYPES = {
    TensorProto.FLOAT: "f32", TensorProto.DOUBLE: "f64", TensorProto.BOOL: "i1",
    TensorProto.INT8: "i8", TensorProto.INT32: "i32", TensorProto.INT64: "i64",
    TensorProto.BFLOAT16: "bf16",
}


def load(path):
    if not os.path.isfile(path):
        fail("io", f"{path}: no such file.")
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf's and onnx's own kinds: all mean the same to the user
        if "external data" in str(error).lower():
            fail("io", f"{path}: its external weights cannot be read: {first_line(error)}.")
        fail("invalidInput", f"{path}: not an ONNX model.")
    if not model.graph.node and not model.graph.output:
        fail("invalidInput", f"{path}: not an ONNX model (it has no graph).")
    return model


def first_line(error):
    return str(error).strip().split("\n")[0].rstrip(".")


def dims_of(value):
    return [d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None
            for d in value.type.tensor_type.shape.dim]


def show(dims, value):
    names = [d.dim_param or "?" for d in value.type.tensor_type.shape.dim]
    return "x".join(str(d) if d else n for d, n in zip(dims, names)) or "scalar"


def pin_shapes(model, path, bindings):
    """Gives every dynamic input the sizes of its --shape, and forgets what was inferred before."""
    from difflib import get_close_matches
    initialised = {i.name for i in model.graph.initializer}
    real = [v for v in model.graph.input if v.name not in initialised]
    del model.graph.input[:]
    model.graph.input.extend(real)
    real = model.graph.input
    names = [v.name for v in real]
    for name in bindings:
        if name not in names:
            near = get_close_matches(name, names, 1, 0.5)
            hint = f"did you mean '{near[0]}'?" if near else "its inputs are " + ", ".join(
                f"'{n}'" for n in names) + "."
            fail("usage", f"--shape {name}: {path} has no input of that name; {hint}")
    for value in real:
        if not value.type.HasField("tensor_type"):
            fail("unsupported", f"{path}: input '{value.name}' is not a tensor.")
        kind = value.type.tensor_type.elem_type
        if kind not in ELEMENT_TYPES:
            fail("unsupported", f"{path}: input '{value.name}' has the element type "
                 f"{TensorProto.DataType.Name(kind).lower()}, which is not supported.")
        known = value.type.tensor_type.HasField("shape")
        dims, wanted = dims_of(value), bindings.get(value.name)
        if wanted is None:
            if not known or None in dims:
                shape = show(dims, value) if known else "unknown"
                fail("invalidInput", f"{path}: input '{value.name}' has a dynamic shape ({shape}): "
                     f"give its sizes with --shape {value.name}=" +
                     "x".join(str(d or "N") for d in dims) + ".")
            continue
        if known and len(wanted) != len(dims):
            fail("usage", f"--shape {value.name}={'x'.join(map(str, wanted))}: {path} has "
                 f"{len(dims)} dimensions there ({show(dims, value)}), not {len(wanted)}.")
        for have, want in zip(dims, wanted):
            if have and have != want:
                fail("usage", f"--shape {value.name}={'x'.join(map(str, wanted))}: {path} fixes "
                     f"that input to {show(dims, value)}.")
        value.CopyFrom(helper.make_tensor_value_info(value.name, kind, wanted))
    if bindings:  # what was recorded for the dynamic sizes is stale now
        del model.graph.value_info[:]
        for output in model.graph.output:
            for dim in output.type.tensor_type.shape.dim:
                dim.Clear()


def constants_to_initialisers(model):
    """One way to state a constant is enough for what follows."""
    kept = []
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = node.attribute[0].t
            tensor.name = node.output[0]
            model.graph.initializer.append(tensor)
        else:
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)


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
DEFINED = {"Gelu", "PRelu"}


def spell_out(model, kinds):
    """The model with these operators as the functions of simpler ones that ONNX defines, or None when
    nothing changes (no such operator, no such function at the model's version)."""
    present = {n.op_type for n in model.graph.node if n.domain in ("", "ai.onnx")} & kinds
    if not present:
        return None
    try:
        spelled = onnx.inliner.inline_selected_functions(
            onnx.shape_inference.infer_shapes(model), [("", kind) for kind in sorted(present)],
            inline_schema_functions=True)
    except Exception:  # onnx has several kinds of its own
        return None
    left = {n.op_type for n in spelled.graph.node if n.domain in ("", "ai.onnx")}
    return None if present <= left else spelled


# Operators that torch-mlir reads at import time: their operands must stay constants.
READS_CONSTANTS = {"Resize", "Upsample", "Pad", "Slice", "Tile", "Range", "OneHot", "Clip",
                   "QuantizeLinear", "DequantizeLinear", "If", "Loop", "Scan"}


def take_out_initialisers(model, weights, directory, file_name):
    """Large float initialisers -> weights file and graph inputs."""
    needed = {n for node in model.graph.node if node.op_type in READS_CONSTANTS for n in node.input}
    needed |= {v.name for v in model.graph.output}
    kept, offset = [], 0
    used = {n for node in model.graph.node for n in node.input}
    with open(os.path.join(directory, file_name), "wb") as out:
        for tensor in model.graph.initializer:
            size = int(np.prod(list(tensor.dims), dtype=np.int64))
            if tensor.data_type != TensorProto.FLOAT or size < LARGE or tensor.name in needed:
                kept.append(tensor)
                continue
            if tensor.name not in used:
                continue
            array = np.ascontiguousarray(numpy_helper.to_array(tensor), dtype="<f4")
            entry = weights[tensor.name] = {"shape": list(tensor.dims)}
            if np.all(array.view(np.uint32) == array.view(np.uint32).flat[0]):
                entry["splat"] = float(array.flat[0])
            else:
                entry["offset"] = offset
                out.write(array.tobytes())
                out.write(bytes(-array.nbytes % ALIGNMENT))
                offset += array.nbytes + -array.nbytes % ALIGNMENT
            model.graph.input.append(
                helper.make_tensor_value_info(tensor.name, TensorProto.FLOAT, list(tensor.dims)))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def simplify(model):
    """onnxsim; its result only when it gives one (it refuses operators it does not know)."""
    from onnxsim import simplify as onnxsim
    inputs, outputs = list(model.graph.input), [o.name for o in model.graph.output]
    domains = {n.domain for n in model.graph.node}
    # Its fusions may end in operators of one vendor, which torch-mlir refuses: then without them.
    for settings in ({"skipped_optimizers": ["fuse_attention"]}, {"perform_optimization": False}):
        try:
            simpler, _ = onnxsim(model, tensor_size_threshold="1MB", **settings)
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


class Refusal:
    """What went wrong, and the ONNX operator that is to blame where that is known."""

    def __init__(self, reason, operator=None):
        self.reason, self.operator = reason, operator


def blame(model, torch_text, diagnostics):
    """The ONNX operator and node that torch-mlir's first error points at."""
    if "PLEASE submit a bug report" in diagnostics:
        return Refusal("torch-mlir crashes on it")
    where = re.search(r":(\d+):\d+: error: (.*)", diagnostics)
    if not where:
        return Refusal(first_line(diagnostics) or "torch-mlir failed without a word")
    operator, node = origin(model, torch_text, int(where[1]))
    if not operator:
        legal = re.search(r"'(torch\.[\w.]+)'", where[2])
        return Refusal(f"operator '{legal[1] if legal else where[2].split(':')[0]}' cannot be converted")
    return cannot_be_converted(operator, node)


def origin(model, torch_text, line):
    """The ONNX operator that a line of torch-mlir's input has, if any, and its node."""
    lines = torch_text.split("\n")
    operator = re.search(r'"onnx\.(\w+)"', lines[line - 1])
    if not operator:
        return None, None
    earlier = sum(f'"onnx.{operator[1]}"' in each for each in lines[:line - 1])
    nodes = [n for n in model.graph.node if n.op_type == operator[1]]
    return operator[1], nodes[earlier] if earlier < len(nodes) else None


def describe(operator, node):
    return f"operator {operator}" + (f" (node '{node.name or node.output[0]}')" if node else "")


def cannot_be_converted(operator, node):
    return Refusal(f"{describe(operator, node)} cannot be converted", operator)


UNKNOWN_SIZE = re.compile(r"tensor<[^>]*\?")
FOREIGN = re.compile(r"\btm_tensor\.")  # sort, scan and scatter, which are not linalg


def blame_left_over(model, torch_text, text):
    """The ONNX node that left something in `text`, linalg with debug info, that cannot stay there."""
    places = {name: int(line) for name, line in
              re.findall(r'^(#loc\d*) = loc\(".*?":(\d+):\d+\)', text, re.M)}
    left = UNKNOWN_SIZE.search(text) or FOREIGN.search(text)
    line = next((places[name] for name in re.findall(r"loc\((#loc\d*)\)", text[left.start():])
                 if name in places), 1)  # the first line has no operator
    operator, node = origin(model, torch_text, line)
    if node and UNKNOWN_SIZE.match(left[0]):
        return Refusal(unknown_size(model, operator, node), operator)
    return cannot_be_converted(operator, node) if operator else Refusal("torch-mlir leaves " + left[0])


def unknown_size(model, operator, node):
    constants = {i.name for i in model.graph.initializer}
    values = [f"'{n}'" for n in node.input if n and n not in constants]
    values = values[1:] if node.input[0] not in constants and len(values) > 1 else values
    return (f"{describe(operator, node)} has a shape that depends on the values of "
            f"{' and '.join(values)}; every size must be known, so make them constants in the model, "
            "or end it before that node")


def torch_mlir(model, path, arguments, tag):
    """Runs torch-mlir's two programs; the linalg text or a Refusal."""
    base = os.path.join(arguments.work, f"import-{tag}")
    onnx_file, torch_file, linalg_file = base + ".onnx", base + ".torch.mlir", base + ".linalg.mlir"
    onnx.save(model, onnx_file)
    done = subprocess.run(
        [os.path.join(arguments.tools, "torch-mlir-import-onnx"), onnx_file, "-o", torch_file,
         "--temp-dir", arguments.work], capture_output=True, text=True)
    if done.returncode:
        lines = [x for x in done.stderr.strip().split("\n") if x.strip()]
        return Refusal((lines or ["torch-mlir-import-onnx failed without a word"])[-1].rstrip("."))

    def lower(*flags):
        done = subprocess.run(
            [os.path.join(arguments.tools, "torch-mlir-opt"), f"-pass-pipeline={PIPELINE}",
             torch_file, "-o", linalg_file, *flags], capture_output=True, text=True)
        return done if done.returncode else read(linalg_file)

    text, torch_text = lower(), read(torch_file)
    if not isinstance(text, str):
        return blame(model, torch_text, text.stderr)
    if UNKNOWN_SIZE.search(text) or FOREIGN.search(text):
        return blame_left_over(model, torch_text, lower("-mlir-print-debuginfo"))
    return text


def read(path):
    with open(path) as file:
        return file.read()


def annotate(text, model, weights, weights_name):
    """Names, weights and their offsets as attributes of the one function."""
    head = re.search(r"func\.func @main\((.*?)\) -> (\(.*?\)|tensor<[^>]*>)(?= attributes| \{)", text)
    arguments = head[1].split(", ") if head[1] else []
    names = [v.name for v in model.graph.input]
    assert len(arguments) == len(names), "torch-mlir changed the number of inputs"
    for index, name in enumerate(names):
        marks = [f"alt.name = {json.dumps(name)}"]
        weight = weights.get(name)
        if weight and "splat" in weight:
            marks.append(f"alt.splat = {float_text(weight['splat'])} : f64")
        elif weight:
            marks.append(f"alt.offset = {weight['offset']} : i64")
        arguments[index] += " {" + ", ".join(marks) + "}"
    results = head[2].strip("()").split(", ")
    results = [f"{r} {{alt.name = {json.dumps(o.name)}}}" for r, o in zip(results, model.graph.output)]
    signature = f"func.func @main({', '.join(arguments)}) -> ({', '.join(results)})"
    text = text[:head.start()] + signature + text[head.end():]
    mark = f" attributes {{alt.weights = {json.dumps(weights_name)}}}"
    return re.sub(r"^module( attributes \{[^}]*\})? \{", "module" + mark + " {", text, count=1, flags=re.M)


def float_text(value):
    if value != value or value in (float("inf"), float("-inf")):
        return f"0x{np.float64(value).view(np.uint64):016X}"
    text = f"{value:.17e}"
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--tools", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--shape", action="append", default=[])
    arguments = parser.parse_args()
    os.environ["TMPDIR"] = arguments.work  # libraries leave files there
    path = arguments.model
    bindings = {}
    for text in arguments.shape:
        name, _, dims = text.rpartition("=")
        bindings[name] = [int(d) for d in dims.split("x")]

    model, weights = load(path), {}
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        if "No opset import" not in str(error) and "No Op registered" not in str(error):
            fail("invalidInput", f"{path}: not a valid ONNX model: {first_line(error)}.")
    model.graph.name = "main"  # becomes the function's
    model.ir_version = max(model.ir_version, 8)  # initialisers need not be inputs
    pin_shapes(model, path, bindings)
    constants_to_initialisers(model)
    take_out_filled(model, weights)
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), OPSET)
    candidates = [model] if opset >= OPSET else [convert(model, OPSET), model]
    weights_name = os.path.splitext(os.path.basename(arguments.out))[0] + ".weights"
    directory = os.path.dirname(os.path.abspath(arguments.out))
    failure = None
    for tag, candidate in enumerate(c for c in candidates if c is not None):
        attempt = 0
        candidate = spell_out(candidate, DEFINED) or candidate
        while candidate:
            with contextlib.redirect_stdout(sys.stderr):
                ready = simplify(candidate)
            with contextlib.suppress(Exception):
                ready = onnx.shape_inference.infer_shapes(ready, data_prop=True)
            taken = dict(weights)
            constants_to_initialisers(ready)
            fold_batch_norms(ready)
            take_out_initialisers(ready, taken, directory, weights_name)
            outcome = torch_mlir(ready, path, arguments, f"{tag}-{attempt}")
            if isinstance(outcome, str):
                with open(arguments.out, "w") as file:
                    file.write(annotate(outcome, ready, taken, weights_name))
                return
            failure = failure or outcome.reason
            # Once more, with the operator that was refused as ONNX defines it.
            candidate = spell_out(candidate, {outcome.operator})
            attempt += 1
    with contextlib.suppress(OSError):
        os.remove(os.path.join(directory, weights_name))
    fail("unsupported", f"{path}: {failure}.")


if __name__ == "__main__":
    main()
