"""ONNX's own node tests through `alt compile --untuned` and `alt run --check`: every one of float32 and
static shapes, or every Nth. Fails when one crashes or gives other numbers than ONNX's reference;
what cannot be imported is counted and must be refused in one sentence.

    onnx_nodes.py build/bin/alt [--every N] [--only PART_OF_NAME]
"""
import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from onnx import TensorProto, numpy_helper

warnings.filterwarnings("ignore")  # the cases divide by zero on purpose
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

TOLERANCE = "1e-3"  # the relative tolerance of ONNX's own test runner
# torch-mlir gives these another meaning than ONNX; nothing of ours is in between.
OTHERWISE_IN_TORCH_MLIR = (
    "test_det_", "test_gridsample_", "test_l2normalization_", "test_resize_", "test_scan_sum")


def is_static_float(model):
    constant = {i.name for i in model.graph.initializer}
    for value in [*model.graph.input, *model.graph.output]:
        kind = value.type.tensor_type
        if value.name in constant:
            continue
        if not value.type.HasField("tensor_type") or kind.elem_type != TensorProto.FLOAT:
            return False
        if any(d.dim_value <= 0 for d in kind.shape.dim):
            return False
    return True


def outcome(alt, case, folder):
    """("passed" | "refused" | "wrong" | "crashed", what was said)"""
    model, out = folder / "model.onnx", folder / "out"
    model.write_bytes(case.model.SerializeToString())
    done = subprocess.run([alt, "compile", model, "--out", out, "--untuned", "-q"],
                          capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip()
        one_sentence = said.startswith("error: ") and "\n" not in said and done.returncode in (1, 2)
        return ("refused" if one_sentence else "crashed"), f"exit {done.returncode}: {said}"
    arguments = []
    for flag, tensors in zip(("--input", "--check"), case.data_sets[0]):
        for index, tensor in enumerate(tensors):
            file = folder / f"{flag[2:]}_{index}.pb"
            file.write_bytes(numpy_helper.from_array(np.asarray(tensor)).SerializeToString())
            arguments += [flag, file]
    done = subprocess.run([alt, "run", out, *arguments, "--repeat", "1", "--tolerance", TOLERANCE],
                          capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    if done.returncode < 0:
        return "crashed", said
    return ("wrong" if done.returncode else "passed"), said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("alt")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    cases = sorted((c for c in collect_testcases(None) if c.data_sets and is_static_float(c.model)
                    and arguments.only in c.name and not c.name.startswith(OTHERWISE_IN_TORCH_MLIR)),
                   key=lambda case: case.name)[::arguments.every]
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
