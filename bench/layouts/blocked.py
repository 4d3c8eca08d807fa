"""What kernels would gain if a model kept its activations in blocks of 16 channels, [C/16][H][W][16], as
oneDNN may: each convolution is written both ways and tuned alike, in turns. Weights are constants, so
they are re-laid out ahead of time in either; nothing is padded."""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
#       name, rows and columns of the result, channels in, out, window, stride; out 0: depthwise
ROWS = [("1x1 14x14 1024 to 256", 14, 1024, 256, 1, 1), ("3x3 stride 2 28x28 128 to 128", 28, 128, 128, 3, 2),
        ("3x3 7x7 512 to 512", 7, 512, 512, 3, 1), ("depthwise 3x3 14x14 384", 14, 384, 0, 3, 1),
        ("depthwise 3x3 56x56 128", 56, 128, 0, 3, 1)]


def kernel(image, weights, result, axes, maps):
    """`axes`: the names of parallel loops, then of reductions."""
    tensor = [f"tensor<{'x'.join(map(str, shape))}xf32>" for shape in (image, weights, result)]
    loops = ", ".join(axes[0] + axes[1])
    kinds = ", ".join(['"parallel"'] * len(axes[0]) + ['"reduction"'] * len(axes[1]))
    return f"""func.func @kernel(%a: {tensor[0]}, %b: {tensor[1]} {{alt.constant}}) -> {tensor[2]} {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : {tensor[2]}
  %init = linalg.fill ins(%zero : f32) outs(%empty : {tensor[2]}) -> {tensor[2]}
  %r = linalg.generic {{indexing_maps = [{", ".join(f"affine_map<({loops}) -> ({m})>" for m in maps)}],
      iterator_types = [{kinds}]}} ins(%a, %b : {tensor[0]}, {tensor[1]}) outs(%init : {tensor[2]}) {{
  ^bb0(%x: f32, %y: f32, %o: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  }} -> {tensor[2]}
  return %r : {tensor[2]}
}}
"""


def both_ways(size, channels, features, window, stride):
    extent = (size - 1) * stride + window
    y, x = f"h * {stride} + y", f"w * {stride} + x"
    if not features:
        return (kernel([extent, extent, channels], [window, window, channels], [size, size, channels],
                       (["h", "w", "c"], ["y", "x"]), [f"{y}, {x}, c", "y, x, c", "h, w, c"]),
                kernel([channels // 16, extent, extent, 16], [channels // 16, window, window, 16],
                       [channels // 16, size, size, 16], (["d", "h", "w", "c"], ["y", "x"]),
                       [f"d, {y}, {x}, c", "d, y, x, c", "d, h, w, c"]))
    return (kernel([extent, extent, channels], [window, window, channels, features], [size, size, features],
                   (["h", "w", "f"], ["y", "x", "c"]), [f"{y}, {x}, c", "y, x, c, f", "h, w, f"]),
            kernel([channels // 16, extent, extent, 16],
                   [features // 16, channels // 16, window, window, 16, 16], [features // 16, size, size, 16],
                   (["g", "h", "w", "f"], ["d", "y", "x", "c"]),
                   [f"d, {y}, {x}, c", "g, d, y, x, c, f", "g, h, w, f"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=2, help="each kernel is tuned so often")
    arguments = parser.parse_args()
    print(f"{'GFLOP/s, default and best':32}{'row-major':>16}{'blocked':>16}{'gain':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name, *shape in ROWS:
            outcomes = ([], [])
            for seed in range(1, arguments.seeds + 1):
                for text, found in zip(both_ways(*shape), outcomes):
                    file = pathlib.Path(folder) / "kernel.mlir"
                    file.write_text(text)
                    found.append(json.loads(subprocess.check_output(
                        [ROOT / "build/bin/alt", "tune", file, "--trials", str(arguments.trials), "--seed",
                         str(seed), "--json", "-q"])))
            times = [[statistics.median(o[key] for o in found) for key in ("default_gflops", "gflops")]
                     for found in outcomes]
            print(f"{name:32}" + "".join(f"{d:8.0f}{b:8.0f}" for d, b in times) +
                  f"{times[1][1] / times[0][1]:7.2f}", flush=True)


if __name__ == "__main__":
    main()
