#!/usr/bin/env python3
"""How far the default schedules of depthwise convolutions are from tuned ones.

    bench/kernels/depthwise_defaults.py [SEED [COUNT [TRIALS]]]

Draws shapes (odd sizes, strides, dilations, multipliers, padded and not), lets `alt tune` tune each from
nothing and prints what its duel at the end says of default and winner."""

import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

ALT = pathlib.Path(__file__).resolve().parents[2] / "build/bin/alt"


def draw(rng):
    while True:
        height = rng.randint(7, 120)
        shape = dict(
            height=height,
            width=height if rng.random() < 0.5 else rng.randint(7, 120),
            channels=rng.choice([16, 24, 32, 64, 96, 128, 144, 240, 384, rng.randint(3, 512), rng.randint(3, 512)]),
            window=rng.choice([3, 3, 3, 5, 7]),
            stride=rng.choice([1, 1, 2]),
            dilation=rng.choice([1, 1, 1, 2]),
            multiplier=rng.choice([1, 1, 1, 2, 3]),
        )
        reach = (shape["window"] - 1) * shape["dilation"]
        shape["pad"] = rng.choice([0, reach // 2])
        rows, columns = (
            (shape[side] + 2 * shape["pad"] - reach - 1) // shape["stride"] + 1 for side in ("height", "width")
        )
        operations = 2 * rows * columns * shape["channels"] * shape["multiplier"] * shape["window"] ** 2
        if rows > 0 and columns > 0 and 1e6 <= operations <= 100e6:
            return shape | dict(rows=rows, columns=columns)


def text(height, width, channels, window, stride, dilation, multiplier, pad, rows, columns):
    def tensor(*extents):
        return f"tensor<{'x'.join(map(str, extents))}xf32>"

    image = tensor(1, height, width, channels)
    padded = tensor(1, height + 2 * pad, width + 2 * pad, channels)
    several = [multiplier] if multiplier > 1 else []
    weights = tensor(window, window, channels, *several)
    result = tensor(1, rows, columns, channels, *several)
    op = "linalg.depthwise_conv_2d_nhwc_hwc" + ("m" if several else "")
    return f"""func.func @kernel(%a: {image}, %b: {weights} {{alt.constant}}) -> {result} {{
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %a low[0, {pad}, {pad}, 0] high[0, {pad}, {pad}, 0] {{
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %z : f32
  }} : {image} to {padded}
  %e = tensor.empty() : {result}
  %f = linalg.fill ins(%z : f32) outs(%e : {result}) -> {result}
  %r = {op} {{dilations = dense<{dilation}> : tensor<2xi64>, strides = dense<{stride}> : tensor<2xi64>}}
      ins(%p, %b : {padded}, {weights}) outs(%f : {result}) -> {result}
  return %r : {result}
}}
"""


def main(seed=1, count=12, trials=60):
    rng = random.Random(seed)
    logs = 0.0
    print(f"{'shape':44} {'default':>8} {'tuned':>8} GFLOP/s")
    for _ in range(count):
        shape = draw(rng)
        with tempfile.TemporaryDirectory() as folder:
            kernel = pathlib.Path(folder, "kernel.mlir")
            kernel.write_text(text(**shape))
            tuned = json.loads(
                subprocess.check_output(
                    [ALT, "tune", kernel, "--trials", str(trials), "--prior", "none", "--json", "--quiet"],
                    cwd=folder,
                )
            )
        default, best = tuned["default_gflops"], tuned["gflops"]
        logs += math.log(default / best)
        name = "{height}x{width}x{channels} {window}x{window}".format(**shape) + "".join(
            f" {key} {shape[key]}" for key in ("stride", "dilation", "multiplier", "pad") if shape[key] != (key != "pad")
        )
        print(f"{name:44} {default:8.1f} {best:8.1f} {default / best:5.2f}", flush=True)
    print(f"geometric mean of default to tuned {math.exp(logs / count):.3f}")


main(*map(int, sys.argv[1:]))
