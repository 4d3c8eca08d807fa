"""ONNX model -> linalg on tensors (.mlir) and a weights file beside it.

Run by `alt import` with the Python of the environment that holds torch-mlir, onnx and onnxsim:

    onnx_to_linalg.py MODEL.onnx OUT.mlir --tools DIR --work DIR [--shape NAME=1x3x48x192]...

Large initialisers leave the model as extra graph inputs before torch-mlir sees it: the text stays
small, and onnxsim and torch-mlir never copy hundreds of megabytes about. What a user must be told
is printed as one JSON object on stdout ({"kind": ..., "message": ...}) with exit code 3.
"""

import argparse
import contextlib
import dataclasses
import itertools
import os
import sys

sys.dont_write_bytecode = True  # the modules beside may lie where nobody may write

from importer.errors import Refused, fail, first_line

try:
    import onnx
    from importer.torch_mlir import Refusal, torch_mlir
    from importer.control_flow import without_control_flow
    from importer.external_data import load_external_data
    from importer.limits import allow_memory, allow_time, check_names, check_sizes, too_large
    from importer.rewrites import DEFINED, FOLD_ONLY, constants_to_initialisers, convert, fold_batch_norms, simplify, widen_halves
    from importer.shapes import forget_outputs, pin_inputs, pin_shapes
    from importer.decompositions import DECOMPOSITIONS, of_the_past
    from importer.functions import expand, inline_local
    from importer.graph_writer import spell
    from importer.integers import widen_integers
    from importer.module_text import annotate, joined
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
        model = onnx.load(path, load_external_data=False)
    except Exception:  # protobuf's and onnx's own kinds: all mean the same to the user
        fail("invalidInput", f"{path}: not an ONNX model.")
    if not model.graph.node and not model.graph.output:
        fail("invalidInput", f"{path}: not an ONNX model (it has no graph).")
    check_names(model, path)
    load_external_data(model, path)
    return model


def arguments_given():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--tools", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--shape", action="append", default=[])
    parser.add_argument("--constant", action="append", default=[])
    parser.add_argument("--memory", type=int, default=0, help="bytes; 0: by the model's size")
    return parser.parse_args()


def main():
    arguments = arguments_given()
    model = load(arguments.model)
    allowed = allow_memory(arguments.memory, model)
    allow_time(model)
    try:
        convert_model(model, arguments, allowed)
    except MemoryError:
        too_large(arguments.model, allowed)


def convert_model(model, arguments, allowed):
    os.environ["TMPDIR"] = arguments.work  # libraries leave files there
    path = arguments.model
    bindings = {}
    for text in arguments.shape:
        name, _, dims = text.rpartition("=")
        bindings[name] = [int(d) for d in dims.split("x")]

    weights = {}
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
    check_sizes(model, path, allowed)
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
    weights_path = os.path.join(os.path.dirname(os.path.abspath(arguments.out)), weights_name)
    forgets = bool(bindings or arguments.constant)
    failure = None
    for tag, candidate in enumerate(c for c in candidates if c is not None):
        with open(weights_path, "wb") as out:
            outcome = program(candidate, Import(path, arguments, weights, out, str(tag), forgets))
        if not isinstance(outcome, str):
            with open(arguments.out, "w") as file:
                file.write(joined(outcome, weights_name))
            return
        failure = failure or outcome
    with contextlib.suppress(OSError):
        os.remove(weights_path)
    fail("unsupported", f"{path}: {failure}.")


@dataclasses.dataclass
class Import:
    """What the parts of one model share."""
    path: str
    arguments: argparse.Namespace
    weights: dict  # filled inputs
    out: object    # the weights file
    tag: str       # of intermediate files
    forgets: bool  # what outputs were declared to be


def program(model, shared):
    """The texts of the model and of its loops, or why there are none."""
    loops, texts = [], []
    for own in itertools.chain([None], loops):  # which grow as they are met
        text = lowered(own.body if own else model, own, loops, shared)
        if isinstance(text, Refusal):
            return text.reason
        texts.append(text)
    return texts


def lowered(model, own, loops, shared):
    """The text of one function, or a Refusal. What a loop of its own is made of is added to `loops`."""
    candidate, refusal, begin = expand(model, DEFINED) or model, None, shared.out.tell()
    while candidate:
        inner, taken = list(loops), dict(shared.weights)
        try:
            ready, types = prepared(candidate, inner, shared)
        except Refused as refused:
            return refusal or Refusal(str(refused))
        take_out_initialisers(ready, taken, shared.out)
        outcome = torch_mlir(ready, shared.path, shared.arguments, f"{shared.tag}-{len(inner)}-{own.name if own else 'main'}")
        if isinstance(outcome, str):
            loops[:] = inner
            return annotate(outcome, ready, taken, types, loops, own)
        refusal = refusal or outcome
        shared.out.truncate(begin)
        shared.out.seek(begin)
        # Once more, with the operator that was refused as ONNX defines it.
        candidate = expand(candidate, {outcome.operator})
    return refusal


def prepared(model, loops, shared):
    """The model in operators that torch-mlir takes, and the element types of its inputs and outputs as they were."""
    with contextlib.redirect_stdout(sys.stderr):
        ready = simplify(without_control_flow(model, lambda undecided: simplify(undecided, [FOLD_ONLY]), shared.weights, loops))
    if shared.forgets or not all(o.type.tensor_type.HasField("shape") for o in ready.graph.output):
        forget_outputs(ready)
    with contextlib.suppress(Exception):
        ready = onnx.shape_inference.infer_shapes(ready, data_prop=True)
    constants_to_initialisers(ready)
    fold_batch_norms(ready)
    spell(ready, DECOMPOSITIONS)
    types = {value.name: value.type.tensor_type.elem_type for value in [*ready.graph.input, *ready.graph.output]}
    return widen_integers(ready), types


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        fail("io", f"{sys.argv[1]}: the import cannot use {error.filename or 'a file for intermediate results'}: "
             f"{error.strerror}; TMPDIR names the folder for those.")
