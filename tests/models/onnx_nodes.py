"""ONNX's own node tests through `alt compile --untuned` and `alt run --check`: every one of static shapes and
elements that alt knows, or every Nth. Fails when one crashes or gives other numbers than ONNX's reference;
what cannot be imported is counted and must be refused in one sentence.

    onnx_nodes.py build/bin/alt [--every N] [--start K] [--only PART_OF_NAME]
"""
import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

warnings.filterwarnings("ignore")  # the cases divide by zero on purpose
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

TOLERANCE = {TensorProto.BFLOAT16: "2e-2"}  # else 1e-3, the relative tolerance of ONNX's own test runner
ELEMENTS = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.BFLOAT16, TensorProto.BOOL,
            TensorProto.INT8, TensorProto.INT32, TensorProto.INT64}
INTEGERS = {TensorProto.BOOL, TensorProto.INT32, TensorProto.INT64}


def elements(model):
    return {v.type.tensor_type.elem_type for v in [*model.graph.input, *model.graph.output]}


def is_known(model):
    values = [*model.graph.input, *model.graph.output]
    return (all(v.type.HasField("tensor_type") for v in values) and elements(model) <= ELEMENTS
            and all(d.dim_value > 0 for v in values for d in v.type.tensor_type.shape.dim))


def as_tensor(value, name=""):
    if not isinstance(value, TensorProto):
        return numpy_helper.from_array(np.asarray(value), name)
    value.name = name
    return value


def with_constants(model, inputs, kinds):
    """The model with its inputs of these kinds, but the first one, as constants; and the others' data."""
    made, left = onnx.ModelProto(), []
    made.CopyFrom(model)
    del made.graph.input[:]
    for index, (value, data) in enumerate(zip(model.graph.input, inputs)):
        if index and value.type.tensor_type.elem_type in kinds:
            made.graph.initializer.append(as_tensor(data, value.name))
        else:
            made.graph.input.append(value)
            left.append(data)
    return made, left


def outcome(alt, case, folder):
    """("passed" | "refused" | "wrong" | "crashed", what was said)"""
    inputs, expected = case.data_sets[0]
    result, said = tried(alt, case.model, inputs, expected, folder)
    for kinds in (INTEGERS, ELEMENTS):
        model, left = with_constants(case.model, inputs, kinds)
        if result == "refused" and len(left) < len(inputs):
            result, said = tried(alt, model, left, expected, folder)
    return result, said


def tried(alt, proto, inputs, expected, folder):
    model, out = folder / "model.onnx", folder / "out"
    model.write_bytes(proto.SerializeToString())
    done = subprocess.run([alt, "compile", model, "--out", out, "--untuned", "-q"],
                          capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip()
        one_sentence = said.startswith("error: ") and "\n" not in said and done.returncode in (1, 2)
        return ("refused" if one_sentence else "crashed"), f"exit {done.returncode}: {said}"
    arguments = []
    for flag, tensors in (("--input", inputs), ("--check", expected)):
        for index, tensor in enumerate(tensors):
            file = folder / f"{flag[2:]}_{index}.pb"
            file.write_bytes(as_tensor(tensor).SerializeToString())
            arguments += [flag, file]
    tolerance = max((TOLERANCE.get(kind, "1e-3") for kind in elements(proto)), key=float)
    done = subprocess.run([alt, "run", out, *arguments, "--repeat", "1", "--tolerance", tolerance],
                          capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    if done.returncode < 0:
        return "crashed", said
    return ("wrong" if done.returncode else "passed"), said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("alt")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    cases = sorted((c for c in collect_testcases(None) if c.data_sets and is_known(c.model)
                    and arguments.only in c.name), key=lambda c: c.name)[arguments.start::arguments.every]
    counts = collections.Counter()
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            result, said = outcome(arguments.alt, case, pathlib.Path(folder))
        counts[result] += 1
        if result != "passed":
            print(f"{case.name}: {result}: {said}", flush=True)
    failed = counts["wrong"] + counts["crashed"]
    print(f"{counts['refused']} cannot be imported")
    print(f"{counts['passed']} passed, {failed} failed")
    return 1 if failed or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
