"""ONNX model -> linalg on tensors (.mlir) and a weights file beside it.

Run by `alt import` with the Python of the environment that holds torch-mlir, onnx and onnxsim:

    onnx_to_linalg.py MODEL.onnx OUT.mlir --tools DIR --work DIR [--shape NAME=1x3x48x192]...

Large initialisers leave the model as extra graph inputs before torch-mlir sees it: the text stays
small, and onnxsim and torch-mlir never copy hundreds of megabytes about. What a user must be told
is printed as one JSON object on stdout ({"kind": ..., "message": ...}) with exit code 3.
"""

import argparse
import contextlib
import os
import re
import sys

sys.dont_write_bytecode = True  # the modules beside may lie where nobody may write

from importer.errors import Refused, fail, first_line

try:
    import numpy as np
    import onnx
    from importer.torch_mlir import torch_mlir
    from importer.control_flow import without_control_flow
    from importer.rewrites import DEFINED, FOLD_ONLY, constants_to_initialisers, convert, fold_batch_norms, simplify, widen_halves
    from importer.shapes import forget_outputs, pin_inputs, pin_shapes
    from importer.decompositions import DECOMPOSITIONS, of_the_past
    from importer.functions import expand, inline_local
    from importer.graph_writer import spell
    from importer.integers import NAMES, widen_integers
    from importer.ort_contrib import without_vendors
    from importer.weights import take_out_filled, take_out_initialisers
except ImportError as error:
    fail("unsupported", f"Python package '{error.name}' is missing beside torch-mlir: run `make build`, "
         "or name a directory that has them with --torch-mlir DIR.")

OPSET = 17  # torch-mlir refuses some older operators (MaxPool 11 of the PP-OCR classifier)


def load(path):
    if os.path.isdir(path):
        fail("io", f"{path}: this is a folder; name a model's file.")
    if not os.path.isfile(path):
        fail("io", f"{path}: no such file.")
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf's and onnx's own kinds: all mean the same to the user
        if any(sign in str(error).lower() for sign in ("external", "data file", ".data")):
            fail("io", f"{path}: its external weights cannot be read: {first_line(error)}.")
        fail("invalidInput", f"{path}: not an ONNX model.")
    if not model.graph.node and not model.graph.output:
        fail("invalidInput", f"{path}: not an ONNX model (it has no graph).")
    return model


def annotate(text, model, weights, weights_name, types):
    """Names, weights and their offsets as attributes of the one function, and the types of `types` that MLIR has no name for."""
    head = re.search(r"func\.func @main\((.*?)\) -> (\(.*?\)|tensor<[^>]*>)(?= attributes| \{)", text)
    arguments = head[1].split(", ") if head[1] else []
    names = [v.name for v in model.graph.input]
    assert len(arguments) == len(names), "torch-mlir changed the number of inputs"
    for index, name in enumerate(names):
        marks = [f"alt.name = {quoted(name)}"]
        marks += [f"alt.type = {quoted(NAMES[types[name]])}"] if types.get(name) in NAMES else []
        weight = weights.get(name)
        if weight and "splat" in weight:
            marks.append(f"alt.splat = {float_text(weight['splat'])} : f64")
        elif weight:
            marks.append(f"alt.offset = {weight['offset']} : i64")
        arguments[index] += " {" + ", ".join(marks) + "}"
    results = head[2].strip("()").split(", ")
    for index, output in enumerate(model.graph.output):
        marks = [f"alt.name = {quoted(output.name)}"]
        marks += [f"alt.type = {quoted(NAMES[types[output.name]])}"] if types.get(output.name) in NAMES else []
        results[index] += " {" + ", ".join(marks) + "}"
    signature = f"func.func @main({', '.join(arguments)}) -> ({', '.join(results)})"
    text = text[:head.start()] + signature + text[head.end():]
    mark = f" attributes {{alt.weights = {quoted(weights_name)}}}"
    return re.sub(r"^module( attributes \{[^}]*\})? \{", "module" + mark + " {", text, count=1, flags=re.M)


def quoted(text):
    """A string of MLIR, which has its own escapes."""
    plain = set(range(0x20, 0x7f)) - {ord('"'), ord("\\")}
    return '"' + "".join(chr(b) if b in plain else f"\\{b:02X}" for b in text.encode()) + '"'


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
    parser.add_argument("--constant", action="append", default=[])
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
        # Operators of others are refused by name, shapes can be found out, functions converted.
        if not any(known in str(error) for known in ("No opset import", "No Op registered", "Field 'shape' of 'type'", "FunctionOp imports version")):
            fail("invalidInput", f"{path}: not a valid ONNX model: {first_line(error)}.")
    model = inline_local(model)
    model.graph.name = "main"  # becomes the function's
    model.ir_version = max(model.ir_version, 8)  # initialisers need not be inputs
    widen_halves(model.graph)
    pin_inputs(model, path, arguments.constant)
    pin_shapes(model, path, bindings)
    constants_to_initialisers(model)
    try:
        model = without_vendors(model)
    except Refused as refused:
        fail("unsupported", f"{path}: {refused}.")
    take_out_filled(model, weights)
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), OPSET)
    if opset < 9 and any(node.op_type == "Scan" for node in model.graph.node):
        fail("unsupported", f"{path}: operator Scan of an operator set before 9 is not supported.")
    try:
        with contextlib.suppress(onnx.shape_inference.InferenceError):
            model = onnx.shape_inference.infer_shapes(model)
        spell(model, of_the_past(opset))
    except Refused as refused:
        fail("unsupported", f"{path}: {refused}.")
    candidates = [model] if opset >= OPSET else [convert(model, OPSET), model]
    weights_name = os.path.splitext(os.path.basename(arguments.out))[0] + ".weights"
    directory = os.path.dirname(os.path.abspath(arguments.out))
    failure = None
    for tag, candidate in enumerate(c for c in candidates if c is not None):
        attempt = 0
        candidate = expand(candidate, DEFINED) or candidate
        while candidate:
            try:
                with contextlib.redirect_stdout(sys.stderr):
                    ready = simplify(without_control_flow(candidate, lambda undecided: simplify(undecided, [FOLD_ONLY])))
            except Refused as refused:
                failure = failure or str(refused)
                break
            if bindings or arguments.constant or not all(o.type.tensor_type.HasField("shape") for o in ready.graph.output):
                forget_outputs(ready)
            with contextlib.suppress(Exception):
                ready = onnx.shape_inference.infer_shapes(ready, data_prop=True)
            taken = dict(weights)
            constants_to_initialisers(ready)
            fold_batch_norms(ready)
            try:
                spell(ready, DECOMPOSITIONS)
                types = {value.name: value.type.tensor_type.elem_type for value in [*ready.graph.input, *ready.graph.output]}
                ready = widen_integers(ready)
            except Refused as refused:
                failure = failure or str(refused)
                break
            take_out_initialisers(ready, taken, directory, weights_name)
            outcome = torch_mlir(ready, path, arguments, f"{tag}-{attempt}")
            if isinstance(outcome, str):
                with open(arguments.out, "w") as file:
                    file.write(annotate(outcome, ready, taken, weights_name, types))
                return
            failure = failure or outcome.reason
            # Once more, with the operator that was refused as ONNX defines it.
            candidate = expand(candidate, {outcome.operator})
            attempt += 1
    with contextlib.suppress(OSError):
        os.remove(os.path.join(directory, weights_name))
    fail("unsupported", f"{path}: {failure}.")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        fail("io", f"{sys.argv[1]}: the import cannot use {error.filename or 'a file for intermediate results'}: "
             f"{error.strerror}; TMPDIR names the folder for those.")
    except MemoryError:
        fail("unsupported", f"{sys.argv[1]}: there is not enough memory for the import.")
