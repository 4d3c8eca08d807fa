"""make demo: a real model with real weights, tuned for about a minute, checked and timed beside ONNX
Runtime. Everything it makes lies in build/demo."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import zipfile

import numpy as np
import onnxruntime

from library import Library, time_in_turns

ROOT = pathlib.Path(__file__).resolve().parents[2]
WHEEL = "rapidocr-onnxruntime==1.4.4"
MODEL = "ch_ppocr_mobile_v2.0_cls_infer.onnx"


def fetch_model(folder):
    """The text-direction classifier out of a PyPI wheel; nothing of the wheel is installed or run."""
    model = folder / MODEL
    if model.exists():
        return model
    print(f"Fetching {MODEL} out of the PyPI wheel {WHEEL}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                    "--no-deps", "--only-binary=:all:", "--dest", folder, WHEEL], check=True)
    wheel = next(folder.glob("rapidocr_onnxruntime-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = next(name for name in archive.namelist() if name.endswith("/" + MODEL))
        model.write_bytes(archive.read(inside))
    return model


def relative_error(actual, expected):
    """The largest of |a - e| / max(|e|, a thousandth of the largest |e|), as in alt/Tensor.h."""
    floor = 1e-3 * np.abs(expected).max()
    return float((np.abs(actual - expected) / np.maximum(np.abs(expected), floor)).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", default="60s", help="for tuning")
    parser.add_argument("--threads", type=int, default=1, help="of every contestant")
    parser.add_argument("--rounds", type=int, default=200, help="each contestant's turns at the end")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON document")
    arguments = parser.parse_args()

    folder = ROOT / "build" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    model = fetch_model(folder)
    common = [ROOT / "build/bin/alt", "compile", model, "--shape", "x=1x3x48x192",
              "--threads", str(arguments.threads)]
    out = subprocess.DEVNULL if arguments.json else None
    subprocess.run(common + ["--out", folder / "untuned", "--untuned", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    print(f"Tuning for {arguments.budget}; what earlier runs measured is used", file=sys.stderr)
    subprocess.run(common + ["--out", folder / "tuned", "--budget", arguments.budget], check=True,
                   stdout=out)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    x = np.random.default_rng(1).uniform(-1, 1, (1, 3, 48, 192)).astype(np.float32)
    expected = session.run(None, {"x": x})[0]

    tuned, untuned = Library(folder / "tuned"), Library(folder / "untuned")
    contestants = {"untuned": lambda: untuned.run(x), "tuned": lambda: tuned.run(x),
                   "onnxruntime": lambda: session.run(None, {"x": x})}
    error = max(relative_error(library.run(x)[0], expected) for library in (tuned, untuned))
    seconds = time_in_turns(contestants, arguments.rounds, arguments.threads)
    # The 20 % quantile, as the tuner itself ranks by: a busy neighbour only ever adds.
    latency = {name: statistics.quantiles(samples, n=5)[0] for name, samples in seconds.items()}

    figures = {"max_relative_error": error, "threads": arguments.threads,
               **{name + "_seconds": value for name, value in latency.items()}}
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"\n{MODEL}, 1x3x48x192, {arguments.threads} thread(s)")
        print(f"outputs agree with ONNX Runtime: largest relative error {error:.1e}"
              + ("" if error < 1e-4 else "  -- MORE than 1e-4"))
        print(f"latency, 20 % quantile of {arguments.rounds} turns each, taken in turns in one process:")
        print(f"  untuned       {latency['untuned'] * 1e3:7.3f} ms")
        print(f"  tuned         {latency['tuned'] * 1e3:7.3f} ms"
              f"   {latency['untuned'] / latency['tuned']:.2f}x as fast as untuned")
        print(f"  ONNX Runtime  {latency['onnxruntime'] * 1e3:7.3f} ms"
              f"   tuned is {latency['onnxruntime'] / latency['tuned']:.2f}x as fast")
        print(f"report: {folder / 'tuned' / 'report.html'}")
    return 0 if error < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
