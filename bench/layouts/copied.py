"""What the kernels of compiled models copy before their loops read it, from the summary.json that `alt
compile --out DIR` writes: bench/layouts/copied.py DIR..."""
import json
import math
import pathlib
import sys


def bytes_of(layout):
    return math.prod(layout["shape"]) * {"f64": 8, "i64": 8, "bf16": 2, "i8": 1, "i1": 1}.get(layout["type"], 4)


def main():
    print(f"{'MB of one run':24}{'operands':>10}{'ahead':>10}{'every call':>12}{'kernels':>9}{'that copy':>11}")
    for folder in sys.argv[1:]:
        summary = json.loads((pathlib.Path(folder) / "summary.json").read_text())
        kernels = [k for k in summary.get("kernels", [summary]) if k["layouts"] and k["count"]]
        sums = {"ahead": 0, "every_call": 0}
        walked = copying = 0
        for kernel in kernels:
            for layout in kernel["layouts"]:
                walked += kernel["count"] * bytes_of(layout)
                if layout["made"] in sums:
                    sums[layout["made"]] += kernel["count"] * layout["copied_bytes"]
            copying += kernel["count"] * any(l["made"] == "every_call" for l in kernel["layouts"])
        calls = sum(k["count"] for k in kernels)
        print(f"{pathlib.Path(folder).name:24}{walked / 1e6:10.1f}{sums['ahead'] / 1e6:10.1f}"
              f"{sums['every_call'] / 1e6:12.1f}{calls:9}{copying:11}")
        for kernel in kernels:
            for layout in kernel["layouts"]:
                if layout["made"] == "every_call":
                    print(f"    {kernel['count']} x {kernel['name']}: {layout['operand']} "
                          f"{'x'.join(map(str, layout['shape']))}, {layout['copied_bytes'] / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
