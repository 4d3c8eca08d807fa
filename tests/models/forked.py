"""Many small ONNX models through the importer and `alt`, without a start of Python for each: the importer is loaded
once, and forked for every model.

What comes of a model is an Outcome: its results, or the sentence by which it is refused.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

import numpy as np
import onnx
import onnx.compose

SOURCES = pathlib.Path(__file__).parents[2] / "src/program/python"
sys.path.insert(0, str(SOURCES))

import onnx_to_linalg  # noqa: E402
import onnxsim  # noqa: E402,F401  (loaded late by the importer)
import importer.torch_mlir  # noqa: E402
from torch_mlir.tools.import_onnx.__main__ import main as import_onnx, parse_arguments  # noqa: E402

TOOLS = pathlib.Path(sys.executable).parent
run_program = importer.torch_mlir.run
LIMIT = 120  # seconds for a program


@dataclasses.dataclass
class Outcome:
    """kind: ran, refused, or crashed."""
    kind: str
    said: str = ""
    results: list = dataclasses.field(default_factory=list)


def run_here(seconds, *command):
    """torch-mlir's importer is Python, too."""
    if pathlib.Path(command[0]).name != "torch-mlir-import-onnx":
        return run_program(seconds, *command)
    done = subprocess.CompletedProcess(command, 0, "", "")
    done.spun = False
    try:
        import_onnx(parse_arguments([str(c) for c in command[1:]]))
    except Exception:
        done.returncode, done.stderr = 1, traceback.format_exc()
    return done


importer.torch_mlir.run = run_here


def import_model(path, out, folder, *options):
    """None, or an Outcome of another kind than `ran`."""
    said = folder / "said"
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            file = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            os.dup2(file, 1)
            os.dup2(file, 2)
            sys.argv = ["onnx_to_linalg.py", str(path), str(out), "--tools", str(TOOLS), "--work", str(folder), *options]
            try:
                onnx_to_linalg.main()
                code = 0
            except SystemExit as end:
                code = end.code
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code or 0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not code:
        return None
    text = said.read_text(errors="replace").strip()
    try:
        assert code == 3
        return Outcome("refused", json.loads(text.split("\n")[-1])["message"])
    except (ValueError, AssertionError):
        return Outcome("crashed", f"import ends with {code}: {text[-400:]}")


def run(*command):
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return Outcome("crashed", f"{command[1]} ran longer than {LIMIT} s")
    said = (done.stderr.strip() or done.stdout.strip())[-400:]
    if done.returncode in (1, 2) and command[1] == "compile":
        return Outcome("refused", said)
    return Outcome("crashed", f"{command[1]} ends with {done.returncode}: {said}") if done.returncode else None


def outcome(alt, model, inputs, options=()):
    """The model compiled untuned and run on the inputs, arrays in its order."""
    with tempfile.TemporaryDirectory(prefix="alt-judge-") as folder:
        folder = pathlib.Path(folder)
        (folder / "m.onnx").write_bytes(model.SerializeToString())
        failed = (import_model(folder / "m.onnx", folder / "m.mlir", folder, *options)
                  or run(alt, "compile", folder / "m.mlir", "--out", folder / "out", "--untuned", "-q"))
        if failed:
            failed.said = failed.said.replace(f"{folder}/", "")
            return failed
        manifest = json.loads((folder / "out/m.json").read_text())
        given = {v.name: data for v, data in zip(model.graph.input, inputs)}
        command = [alt, "run", folder / "out", "--repeat", "0"]
        for index, tensor in enumerate(manifest["inputs"]):
            np.save(folder / f"in{index}.npy", as_declared(np.asarray(given[tensor["name"]]), tensor))
            command += ["--input", folder / f"in{index}.npy"]
        outs = [folder / f"out{index}.npy" for index in range(len(manifest["outputs"]))]
        for path in outs:
            command += ["--output", path]
        return run(*command) or Outcome("ran", "", [np.load(path) for path in outs])


def outcomes(alt, cases):
    """{name: Outcome} of [(name, model, inputs)]. Those of the same operator sets are compiled as one model, less what is
    refused; what cannot be told apart is halved."""
    done, groups = {}, {}
    for case in cases:
        sets = tuple(sorted((o.domain, o.version) for o in case[1].opset_import))
        groups.setdefault((sets, case[1].ir_version), []).append(case)
    for group in groups.values():
        for start in range(0, len(group), BATCH):
            together(alt, group[start:start + BATCH], done)
    return done


BATCH = 24


def together(alt, cases, done):
    while cases:
        result = outcome(alt, side_by_side(cases), [value for _, _, inputs in cases for value in inputs]) if len(cases) > 1 else None
        if result is None:
            done[cases[0][0]] = outcome(alt, cases[0][1], cases[0][2])
            return
        if result.kind == "ran":
            results = iter(result.results)
            for name, model, _ in cases:
                done[name] = Outcome("ran", "", [next(results) for _ in model.graph.output])
            return
        blamed = [case for case in cases if f"{case[0]}//" in result.said]
        if len(blamed) != 1 or result.kind == "crashed":
            together(alt, cases[:len(cases) // 2], done)
            cases = cases[len(cases) // 2:]
            continue
        name, model, inputs = blamed[0]
        by_type = "element type" in result.said  # else it may be refused for what is beside it
        done[name] = Outcome("refused", result.said.replace(f"{name}//", "")) if by_type else outcome(alt, model, inputs)
        cases = [case for case in cases if case is not blamed[0]]


def side_by_side(cases):
    whole = onnx.ModelProto()
    whole.CopyFrom(cases[0][1])
    whole.graph.Clear()
    whole.graph.name = "cases"
    del whole.functions[:]
    for name, model, _ in cases:
        named = onnx.ModelProto()
        named.CopyFrom(model)
        for index, node in enumerate(named.graph.node):
            node.name = node.name or f"{node.op_type}_{index}"
        part = onnx.compose.add_prefix(named, f"{name}//")
        for field in ("node", "initializer", "input", "output", "value_info"):
            getattr(whole.graph, field).extend(getattr(part.graph, field))
        whole.functions.extend(part.functions)
    return whole


def as_declared(array, tensor):
    """float16 is widened in the signature, too."""
    return array.astype(np.float32) if array.dtype == np.float16 and tensor["type"] == "f32" else array


def difference(result, expected, tolerance=1e-3):
    """None, or in words where two results differ; NaN is equal to NaN."""
    result, expected = np.asarray(result), np.asarray(expected)
    if result.dtype.kind == "V":  # numpy's files know no bfloat16
        result = result.view(expected.dtype)
    if expected.dtype.kind in "OSU":
        return "is no numbers"
    if result.shape != expected.shape:
        return f"has the shape {list(result.shape)}, not {list(expected.shape)}"
    if not expected.size:
        return None
    left, right = result.astype(np.float64), expected.astype(np.float64)
    finite = right[np.isfinite(right)]
    allowed = tolerance * (np.abs(right) + (np.sqrt(np.mean(finite**2)) if finite.size else 0))
    with np.errstate(invalid="ignore"):
        wrong = ~((left == right) | (np.abs(left - right) <= allowed) | np.isnan(left) & np.isnan(right))
    if not wrong.any():
        return None
    at = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    return f"{int(wrong.sum())} of {wrong.size} differ, first at {[int(i) for i in at]}: {left[at]} instead of {right[at]}"
