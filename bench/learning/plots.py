"""plots.py OUT PICTURES: the pictures of docs/learning.md from what run.sh wrote to OUT.

OUT/tuners/curves.csv becomes recorded.svg, best so far against trials on each space; OUT/ablation/compare.json
becomes ablation.svg, what each part is worth. Needs matplotlib (requirements.txt beside).
"""
import collections
import csv
import json
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "alt", "svg.fonttype": "none", "font.size": 8,
                            "axes.spines.top": False, "axes.spines.right": False})
import matplotlib.pyplot as plt  # noqa: E402 (after its backend is chosen)

SHOWN = {"alt": "#c0392b", "autotvm": "#2c5f8a", "autotvm-reg": "#7fa8c9", "lfbo": "#8a6d3b", "random": "#999999"}
TRIALS = np.unique(np.geomspace(4, 400, 60).round())
ABLATION = ["trials_to_5pct", "trials_to_1pct", "failed_seconds_to_5pct"]


def best_so_far(path):
    """tuner -> space -> runs x trials: the best of the first t trials, as a share of the best known."""
    gains = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for row in csv.DictReader(path.open()):
        gains[row["tuner"]][row["space"]][row["seed"]].append((int(row["trial"]), float(row["quality"])))
    curves = collections.defaultdict(dict)
    for tuner, spaces in gains.items():
        for space, seeds in spaces.items():
            runs = np.zeros((len(seeds), len(TRIALS)))
            for run, seed in zip(runs, seeds.values()):
                for trial, quality in seed:
                    run[TRIALS >= trial] = quality
            curves[tuner][space] = runs
    return curves


def draw_recorded(curves, out):
    spaces = sorted(curves["alt"])
    columns = min(5, len(spaces))
    figure, axes = plt.subplots(-(-len(spaces) // columns), columns, sharex=True, sharey=True, squeeze=False,
                                figsize=(11, 2.2 * -(-len(spaces) // columns)))
    for axis, space in zip(axes.flat, spaces):
        for tuner, colour in SHOWN.items():
            if space not in curves.get(tuner, {}):
                continue
            runs = curves[tuner][space]
            axis.plot(TRIALS, np.median(runs, axis=0), color=colour, lw=1.4 if tuner == "alt" else 1, label=tuner)
            if tuner in ("alt", "autotvm"):
                axis.fill_between(TRIALS, *np.quantile(runs, [0.1, 0.9], axis=0), color=colour, alpha=0.15, lw=0)
        axis.axhline(0.95, color="#bbbbbb", lw=0.6, ls=":")
        axis.set(title=space, xscale="log", xlim=(TRIALS[0], TRIALS[-1]), ylim=(0.4, 1.01))
        axis.set_xticks([5, 20, 100, 400], ["5", "20", "100", "400"])
        axis.minorticks_off()
    for axis in axes.flat[len(spaces):]:
        axis.axis("off")
    axes[-1][0].set(xlabel="trials", ylabel="best so far / best known")
    axes[0][-1].legend(loc="lower right", frameon=False)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None})


def draw_ablation(ratios, out):
    of = {(r["tuner"], r["metric"]): r for r in ratios if r["baseline"] == "alt"}
    variants = list(dict.fromkeys(r["tuner"] for r in ratios if r["baseline"] == "alt" and r["tuner"] != "alt"))
    figure, axes = plt.subplots(1, len(ABLATION), sharey=True, figsize=(11, 0.6 + 0.22 * len(variants)))
    for axis, metric in zip(axes, ABLATION):
        for y, variant in enumerate(variants):
            if (variant, metric) not in of:
                continue
            low, middle, high = (of[variant, metric][key] for key in ("low", "geomean", "high"))
            colour = "#c0392b" if high < 1 else "#2c7a4b" if low > 1 else "#888888"
            axis.plot([low, high], [y, y], color=colour, lw=1.5)
            axis.plot(middle, y, "o", color=colour, ms=3.5)
        axis.axvline(1, color="#bbbbbb", lw=0.6)
        axis.set(xscale="log", title=metric.replace("_", " ").replace("pct", " %"))
        axis.set_xticks([0.5, 0.7, 1, 1.4], ["0.5", "0.7", "1", "1.4"])
        axis.minorticks_off()
    axes[0].set_yticks(range(len(variants)), [v.removeprefix("alt:") for v in variants])
    axes[0].invert_yaxis()
    axes[0].set_xlabel("times as good as alt with all parts; red: the part helps")
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None})


def main():
    source, pictures = map(pathlib.Path, sys.argv[1:3])
    draw_recorded(best_so_far(source / "tuners" / "curves.csv"), pictures / "recorded.svg")
    ablation = source / "ablation" / "compare.json"
    if ablation.exists():
        draw_ablation(json.loads(ablation.read_text())["ratios"], pictures / "ablation.svg")


main()
