"""hostile.py ALT [FILE OR FOLDER]...: gives alt files that mean harm, those named or the ones made below, and demands of
each: one sentence on stderr (warnings aside) and exit code 1 or 2, or success; never a crash of the program that the
user started, nothing left behind, and at most ten seconds of processor time. Prints what went wrong; exit code 1 then."""
import argparse
import gzip
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import made

SECONDS = 10  # of processor, as others may have the machine, too
PATIENCE = 300


def commands(path):
    """What a user may do with a file of its kind."""
    name = path.name
    if name.startswith("schedule"):
        return [["tune", "matmul.mlir", "--schedule", path, "--trials", "2"]]
    if name.endswith((".mlir", ".mlirbc")):
        return [["kernels", path], ["compile", path, "--untuned", "--out", "out"], ["space", path]]
    if name.endswith(".onnx"):
        return [["kernels", path], ["import", path, "--out", "out.mlir"]]
    if name.endswith((".jsonl", ".jsonl.gz")):
        return [["records", "stats", path], ["train-prior", path, "--out", "prior.json"],
                ["tune", "matmul.mlir", "--trials", "1", "--prior", path]]
    if name.endswith(".json"):
        return [["tune", "matmul.mlir", "--trials", "1", "--prior", path], ["compare", "--space", path, "--trials", "2"]]
    return []


def left(folder):
    return {str(p) for p in pathlib.Path(folder).rglob("*")}


def complaints(alt, command):
    """What is wrong with how one command ends."""
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as temporary:
        pathlib.Path(here, "matmul.mlir").write_text(made.MATMUL)
        before = left(here)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            done = subprocess.run([alt, *map(str, command)], cwd=here, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  errors="replace", timeout=PATIENCE, env={**os.environ, "TMPDIR": temporary})
        except subprocess.TimeoutExpired:
            return [f"no end within {PATIENCE} s"]
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        errors = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
        wrong = []
        if seconds > SECONDS + 3:  # the servers' start, and a trial
            wrong.append(f"{seconds:.1f} s of processor time")
        if left(temporary):
            wrong.append(f"left in TMPDIR: {sorted(left(temporary))}")
        if done.returncode == 0:
            return wrong
        if done.returncode not in (1, 2):
            wrong.append(f"exit code {done.returncode}")
        if len(errors) != 1 or not errors[0].startswith("error: ") or errors[0][-1] not in ".?":
            wrong.append(f"not one sentence: {done.stderr[-1000:]!r}")
        elif any(word in errors[0] for word in ("Traceback", "basic_string", "vector::", "json.exception")):
            wrong.append(f"not for people: {errors[0]}")
        if done.stdout:
            wrong.append("something on stdout")
        if left(here) - before:
            wrong.append(f"left behind: {sorted(left(here) - before)}")
        if VERBOSE and errors:
            print("    " + errors[0])
        return wrong


def files_of(named, folder):
    if not named:
        made.write_all(folder)
        named = [folder]
    for place in map(pathlib.Path, named):
        for path in sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]:
            if path.suffix == ".gz" and not path.name.endswith(".jsonl.gz"):
                unpacked = folder / path.stem
                unpacked.write_bytes(gzip.decompress(path.read_bytes()))
                path = unpacked
            yield path.resolve()


parser = argparse.ArgumentParser()
parser.add_argument("alt")
parser.add_argument("files", nargs="*")
parser.add_argument("--verbose", action="store_true")
arguments = parser.parse_intermixed_args()
VERBOSE = arguments.verbose
alt, bad, count = os.path.abspath(arguments.alt), 0, 0
with tempfile.TemporaryDirectory() as folder:
    for path in files_of(arguments.files, pathlib.Path(folder)):
        for command in commands(path):
            begin = time.monotonic()
            wrong = complaints(alt, command)
            bad += bool(wrong)
            count += 1
            shown = " ".join(str(word.name if isinstance(word, pathlib.Path) else word) for word in command)
            print(f"{'FAIL' if wrong else 'ok'}: alt {shown} ({time.monotonic() - begin:.1f} s)", *wrong, sep="\n    ", flush=True)
print(f"{count} commands, {bad} wrong")
sys.exit(bad > 0)
