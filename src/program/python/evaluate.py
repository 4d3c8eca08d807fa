"""Evaluates an ONNX model as it was given, independently of its import; run by `alt compile` (src/judge).

    evaluate.py REQUEST.json

The request names the task ("outputs", "moved" or "values"), the model, the engine, the library's inputs
({"name", "type", "shape"}), what --constant gave, and a folder. Tensors go through files of that folder; what
was found is printed as lines of JSON:

    outputs  {"precision": ..., "steps": [...]}, then for each set {"set": ..., "folder": ..., "outputs": n} or {"set": ..., "failed": why}
    moved    {"samples": n}: the outputs of inputs and weights that are almost those of a set
    values   {"values": [{"name", "node", "operator", "file"}]}: what every node gives on a set; a model that returns
             them lies in "probe"
    any      {"unavailable": why}: this engine cannot evaluate this model
"""
import contextlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True


def say(**what):
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def main():
    request = json.loads(pathlib.Path(sys.argv[1]).read_text())
    try:
        from reference.tasks import TASKS
    except ImportError as error:
        return say(unavailable=f"Python package '{error.name}' is not installed")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            TASKS[request["task"]](request, say)
    except ImportError as error:
        say(unavailable=f"Python package '{error.name}' is not installed")
    except MemoryError:
        say(unavailable="there is not enough memory")


if __name__ == "__main__":
    main()
