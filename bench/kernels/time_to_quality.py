#!/usr/bin/env python3
"""time_to_quality.py BENCH.json [TRIALS]: wall seconds until `alt tune` is as good as MetaSchedule in the end.

BENCH.json is what `make bench-kernels ROWS="C1 C5 dw_14_384 512^3" JSON=...` wrote: it has this core's peak and,
where peers/metaschedule.sh has run, what its winners reach. As good is 95 % of the better of that and of what
MetaSchedule reached elsewhere, by the cores' peaks. Every row is tuned from nothing, without and with a prior.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent.parent
# 200 trials on one core of an Emerald Rapids guest with nothing else on it, timed again at the end.
ELSEWHERE_PEAK = 178.8
ELSEWHERE = {"C1": (168, 421), "C5": (169, 336), "dw_14_384": (73, 334), "512^3": (169, 231)}


def tune(kernel, prior, trials):
    """The report, and how many seconds of the process its clock does not see: start and end."""
    with tempfile.TemporaryDirectory() as out:
        start = time.time()
        command = [root / "build/bin/alt", "tune", kernel, "--prior", prior, "--trials", str(trials), "--out", out, "--json"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return report, time.time() - start - report["wall_seconds"]


def reached(report, gflops):
    for point in report["curve"]:
        if report["flops"] / point["seconds"] * 1e-9 >= gflops:
            return point
    return None


def took(name):
    """Processor seconds of the 200 trials here; other work on the machine adds to their wall clock."""
    found = root / "build/metaschedule" / (name + ".json")
    return f"{json.loads(found.read_text())['processor_s']:.0f} s" if found.exists() else "-"


def main():
    bench = json.loads(pathlib.Path(sys.argv[1]).read_text())
    trials = sys.argv[2] if len(sys.argv) > 2 else 100
    here = {row["name"]: row["peers"].get("MetaSchedule") for row in bench["rows"]}
    kernels = pathlib.Path(tempfile.mkdtemp())
    subprocess.run([root / "build/bin/write-kernels", root / "bench/kernels/rows.json", kernels], check=True)
    print(f"{'row':10} {'here':>6} {'scaled':>6} {'goal':>6}  {'prior':8} {'seconds':>7} {'trial':>5} {'final':>6}  MetaSchedule: processor here, wall elsewhere")
    for name, (gflops, seconds) in ELSEWHERE.items():
        scaled = gflops * bench["fma_peak_gflops"] / ELSEWHERE_PEAK
        goal = 0.95 * max(scaled, here.get(name) or 0)
        for prior in ("none", "shipped"):
            report, outside = tune(kernels / (name + ".mlir"), prior, trials)
            point = reached(report, goal)
            # What one trial said is noisy: the end, where leaders run in turns, must say so, too.
            if point and report["gflops"] >= goal:
                when, trial = f"{point['wall'] + outside:.2f}", str(point["trial"])
            else:
                when = trial = "-"
            measured = f"{here[name]:.0f}" if here.get(name) else "-"
            print(f"{name:10} {measured:>6} {scaled:6.0f} {goal:6.0f}  {prior:8} {when:>7} {trial:>5} {report['gflops']:6.0f}  {took(name):>13} {seconds:>10} s", flush=True)


if __name__ == "__main__":
    main()
