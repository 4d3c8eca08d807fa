"""Emitted libraries beside ONNX Runtime in one process: the same inputs, answers compared before any time counts."""
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime

from library import Library, time_in_turns

ROOT = pathlib.Path(__file__).resolve().parents[2]


def compile_model(model, out, *arguments, threads=1, quiet=True):
    subprocess.run([ROOT / "build/bin/alt", "compile", model, "--out", out, "--threads", str(threads), *arguments,
                    *(["--quiet"] if quiet else [])], check=True, stdout=subprocess.DEVNULL if quiet else None)


def check(folder, inputs, expected):
    """What `alt run --check` finds: {"check": "pass" or "fail", "max_relative_error": ...}."""
    with tempfile.TemporaryDirectory() as work:
        command = [ROOT / "build/bin/alt", "run", folder, "--repeat", "0", "--json"]
        for flag, tensors in (("--input", inputs), ("--check", expected)):
            for index, tensor in enumerate(tensors):
                path = pathlib.Path(work) / f"{flag[2:]}{index}.npy"
                np.save(path, tensor)
                command += [flag, path]
        return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)


class OnnxRuntime:
    """A session with all optimisations whose inputs and outputs stay where they are, so that Python's part is small."""

    def __init__(self, model, feeds, threads):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that wait for the next run would take the cores from whoever has its turn next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        taken = {value.name for value in self.session.get_inputs()}
        self.expected = self.session.run(None, {name: value for name, value in feeds.items() if name in taken})
        if any(len(output.shape) != value.ndim for output, value in zip(self.session.get_outputs(), self.expected)):
            self.session = onnxruntime.InferenceSession(without_output_shapes(model), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for name in taken:
            self.binding.bind_cpu_input(name, feeds[name])
        self.kept = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in self.expected]
        for output, value in zip(self.session.get_outputs(), self.kept):
            self.binding.bind_ortvalue_output(output.name, value)

    def run(self):
        self.session.run_with_iobinding(self.binding)


def without_output_shapes(model):
    """A model that declares an output of another rank than it has, which ONNX Runtime refuses where the output's memory is given."""
    loaded = onnx.load(model)
    for output in loaded.graph.output:
        output.type.tensor_type.ClearField("shape")
    return loaded.SerializeToString()


def random_inputs(library, seed=1):
    """{name: array} as the emitted library wants them: numbers of [-1, 1), or small whole ones."""
    random = np.random.default_rng(seed)
    return {name: (random.uniform(-1, 1, buffer.shape) if buffer.dtype.kind == "f"
                   else random.integers(0, 2, buffer.shape)).astype(buffer.dtype)
            for name, buffer in zip(library.input_names, library.inputs)}


def race(model, folders, threads, rounds, constants=None):
    """Times the libraries in {name: folder} beside ONNX Runtime. {"error": the largest of all, "seconds": {name: quantile},
    "spread": {name: half the distance of the quartiles, relative}}. `constants` are inputs that only ONNX Runtime still has."""
    libraries = {name: Library(folder) for name, folder in folders.items()}
    feeds = random_inputs(next(iter(libraries.values())))
    runtime = OnnxRuntime(model, {**feeds, **(constants or {})}, threads)
    checks = [check(folder, feeds.values(), runtime.expected) for folder in folders.values()]
    error = max(math.inf if c["max_relative_error"] is None else c["max_relative_error"] for c in checks)
    contestants = {}
    for name, library in libraries.items():
        contestants[name] = lambda library=library: library.run(*feeds.values())
    contestants["onnxruntime"] = runtime.run
    if threads == 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    right = all(c["check"] == "pass" for c in checks)
    samples = time_in_turns(contestants, rounds, threads) if right else {}
    os.sched_setaffinity(0, range(os.cpu_count()))
    # The 20 % quantile, as the tuner itself ranks by: a busy neighbour only ever adds.
    quartiles = {name: statistics.quantiles(values, n=4) for name, values in samples.items()}
    return {"error": error, "threads": threads,
            "seconds": {name: statistics.quantiles(values, n=5)[0] for name, values in samples.items()},
            "spread": {name: (high - low) / 2 / middle for name, (low, middle, high) in quartiles.items()}}
