"""make demo: a real model with real weights, tuned for about a minute, checked and timed beside ONNX
Runtime. Everything it makes lies in build/demo."""
import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))
from beside import ROOT, compile_model, race  # noqa: E402
from packaged import from_wheel  # noqa: E402

MODEL = "ch_ppocr_mobile_v2.0_cls_infer.onnx"  # the text-direction classifier


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", default="60s", help="for tuning")
    parser.add_argument("--threads", type=int, default=1, help="of every contestant")
    parser.add_argument("--rounds", type=int, default=200, help="each contestant's turns at the end")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON document")
    arguments = parser.parse_args()

    folder = ROOT / "build" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    model = from_wheel("rapidocr-onnxruntime==1.4.4", MODEL, folder)
    common = {"threads": arguments.threads}
    compile_model(model, folder / "untuned", "--shape", "x=1x3x48x192", "--untuned", **common)
    print(f"Tuning for {arguments.budget}; what earlier runs measured is used", file=sys.stderr)
    compile_model(model, folder / "tuned", "--shape", "x=1x3x48x192", "--budget", arguments.budget,
                  quiet=arguments.json, **common)
    outcome = race(model, {"untuned": folder / "untuned", "tuned": folder / "tuned"}, arguments.threads,
                   arguments.rounds)
    error, latency = outcome["error"], outcome["seconds"]

    if arguments.json:
        print(json.dumps({"max_relative_error": error, "threads": arguments.threads,
                          **{name + "_seconds": value for name, value in latency.items()}}, indent=2))
    elif latency:
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
    else:
        print(f"the outputs differ from ONNX Runtime's: largest relative error {error:.1e}")
    return 0 if error < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
