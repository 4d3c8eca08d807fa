"""An emitted library called from Python, and contestants timed in turns in one process."""
import ctypes
import json
import pathlib
import subprocess
import tempfile
import time

import numpy as np

TYPES = {"f32": np.float32, "f64": np.float64, "i64": np.int64, "i32": np.int32, "i8": np.int8,
         "i1": np.bool_}


def aligned(shape, dtype):
    """As the header asks for: 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + size].view(dtype).reshape(shape)


class Library:
    """`alt compile --out folder`, linked into a shared object and loaded into this process."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        archive = next(folder.glob("lib*.a"))
        self.name = archive.stem[len("lib"):]
        manifest = json.loads((folder / (self.name + ".json")).read_text())
        self.input_names = [tensor["name"] for tensor in manifest["inputs"]]
        self.inputs = [self.buffer(tensor) for tensor in manifest["inputs"]]
        self.outputs = [self.buffer(tensor) for tensor in manifest["outputs"]]
        self.temporary = tempfile.TemporaryDirectory()
        shared = pathlib.Path(self.temporary.name) / (self.name + ".so")
        subprocess.run(["cc", "-shared", "-o", shared, "-Wl,--whole-archive", archive,
                        "-Wl,--no-whole-archive", "-lm"]
                       + (["-fopenmp"] if manifest["threads"] > 1 else []), check=True)
        self.code = ctypes.CDLL(str(shared))
        self.context = ctypes.c_void_p()
        weights = str(folder / manifest["weights"]).encode() if manifest["weights"] else None
        self.check("init", getattr(self.code, self.name + "_init")(weights, ctypes.byref(self.context)))
        self.entry = getattr(self.code, self.name + "_run_arrays")
        self.pointers = [(ctypes.c_void_p * len(side))(*(tensor.ctypes.data for tensor in side))
                         for side in (self.inputs, self.outputs)]

    @staticmethod
    def buffer(tensor):
        return aligned(tensor["shape"], TYPES[tensor["type"]])

    def check(self, what, status):
        if status:
            raise RuntimeError(f"{self.name}_{what}: error {status}")

    def run(self, *inputs):
        """The outputs; valid until the next run. Copying the inputs in is part of the time."""
        for buffer, value in zip(self.inputs, inputs, strict=True):
            np.copyto(buffer, value)
        self.check("run", self.entry(self.context, *self.pointers))
        return self.outputs


def time_in_turns(contestants, rounds, threads=1, turn=0.003):
    """{name: seconds a call, one for each round}, by the process's time on the core when `threads` is 1
    (what other programs take in between does not count), else by the clock on the wall. In each round every contestant has one turn of about
    `turn` seconds, the order moving on, so that a noisy neighbour or a clock change meets all alike. A turn is shorter
    than a scheduler's time slice: most are taken without interruption even on a busy machine."""
    clock = time.process_time if threads == 1 else time.perf_counter
    rest = 0 if threads == 1 else 0.005  # until the threads of who had the last turn sleep
    calls = {}
    for name, call in contestants.items():
        call()  # warm up
        begin = clock()
        call()
        calls[name] = max(1, round(turn / max(clock() - begin, 1e-9)))
    seconds = {name: [] for name in contestants}
    names = list(contestants)
    for round_number in range(rounds):
        shift = round_number % len(names)
        for name in names[shift:] + names[:shift]:
            call, count = contestants[name], calls[name]
            time.sleep(rest)
            call()  # back into the caches
            begin = clock()
            for _ in range(count):
                call()
            seconds[name].append((clock() - begin) / count)
    return seconds
