"""Random linalg programs under random schedules, and random ONNX graphs, beside independent references.

    run.py --bin build/bin --runs 20000 [--seed 1] [--jobs 2] [--json FILE]

Prints each difference with the file that reproduces it, and one line of figures last; exit code 1 when anything differs.
"""
import argparse
import collections
import datetime
import json
import pathlib
import platform
import subprocess
import sys
import time

import graphs

SHARE_OF_GRAPHS = 0.1


def kernels(arguments, pairs):
    """The C++ half, in as many processes as there are jobs."""
    jobs = [subprocess.Popen([arguments.bin / "differential", "--pairs", str(-(-pairs // arguments.jobs)), "--seed", str(arguments.seed),
                              "--first", str(job), "--step", str(arguments.jobs), "--found", arguments.found],
                             stdout=subprocess.PIPE, text=True) for job in range(arguments.jobs)]
    total, refused = collections.Counter(), collections.Counter()
    for job in jobs:
        *said, last = job.communicate()[0].strip().split("\n")
        print(*said, sep="\n", end="\n" if said else "", flush=True)
        result = json.loads(last)
        total.update({key: result[key] for key in ("pairs", "programs", "kernels", "unusable", "differing")})
        refused.update(result["refused"])
    return {**total, "refused": dict(refused)}


def revision():
    said = subprocess.run(["git", "-C", pathlib.Path(__file__).parent, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return said.stdout.strip()


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().split("\n")
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default="build/bin")
    parser.add_argument("--runs", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--found", type=pathlib.Path, default="build/differential")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    begin, wanted = time.monotonic(), max(1, int(arguments.runs * SHARE_OF_GRAPHS))
    of_kernels = kernels(arguments, arguments.runs - wanted)
    of_graphs = graphs.check(arguments.bin / "alt", wanted, arguments.seed, arguments.found, arguments.jobs)
    differing = of_kernels["differing"] + of_graphs["differing"]
    result = {"date": datetime.date.today().isoformat(), "revision": revision(), "machine": processor(), "seed": arguments.seed,
              "pairs": of_kernels["pairs"] + of_graphs["graphs"], "differing": differing, "kernels": of_kernels,
              "graphs": of_graphs, "seconds": round(time.monotonic() - begin)}
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{result['pairs']} pairs: {of_kernels['programs']} programs under {of_kernels['pairs']} schedules, "
          f"{of_graphs['graphs']} graphs ({of_graphs['refused']} refused); {differing} differ; {result['seconds']} s")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
