"""torch-mlir's two programs, and which operator is to blame when they refuse."""
import os
import re
import subprocess

import onnx

from refusal import first_line
from tm_tensor import to_loops

PIPELINE = (
    "builtin.module(torch-onnx-to-torch-backend-pipeline,"
    "torch-backend-to-linalg-on-tensors-backend-pipeline)"
)


class Refusal:
    """What went wrong, and the ONNX operator that is to blame where that is known."""

    def __init__(self, reason, operator=None):
        self.reason, self.operator = reason, operator


def blame(model, torch_text, diagnostics):
    """The ONNX operator and node that torch-mlir's first error points at."""
    if "PLEASE submit a bug report" in diagnostics:
        return Refusal("torch-mlir crashes on it")
    where = re.search(r":(\d+):\d+: error: (.*)", diagnostics)
    if not where:
        return Refusal(first_line(diagnostics) or "torch-mlir failed without a word")
    operator, node = origin(model, torch_text, int(where[1]))
    if not operator:
        legal = re.search(r"'(torch\.[\w.]+)'", where[2])
        return Refusal(f"operator '{legal[1] if legal else where[2].split(':')[0]}' cannot be converted")
    return cannot_be_converted(operator, node)


def origin(model, torch_text, line):
    """The ONNX operator that a line of torch-mlir's input has, if any, and its node; of a constant the
    operator that takes it, which is to blame for what becomes of it."""
    lines = torch_text.split("\n")
    operator = re.search(r'"onnx\.(\w+)"', lines[line - 1])
    if not operator:
        return None, None
    if operator[1] == "Constant":
        name = re.match(r" *(%\w+) = ", lines[line - 1])
        taken = name and next((i for i, text in enumerate(lines[line:], line + 1)
                               if re.search(name[1] + r"\b", text)), None)
        return origin(model, torch_text, taken) if taken else (operator[1], None)
    earlier = sum(f'"onnx.{operator[1]}"' in each for each in lines[:line - 1])
    nodes = [n for n in model.graph.node if n.op_type == operator[1]]
    return operator[1], nodes[earlier] if earlier < len(nodes) else None


def describe(operator, node):
    return f"operator {operator}" + (f" (node '{node.name or node.output[0]}')" if node else "")


def cannot_be_converted(operator, node):
    return Refusal(f"{describe(operator, node)} cannot be converted", operator)


def vendors(model):
    """The first operator that is not ONNX's own, which torch-mlir cannot know."""
    node = next((n for n in model.graph.node if n.domain not in ("", "ai.onnx")), None)
    return node and Refusal(f"{describe(f'{node.domain}.{node.op_type}', node)} is not one of ONNX's own")


UNKNOWN_SIZE = re.compile(r"tensor<[^>]*\?")
# What is not linalg, or a loop that carries numbers.
FOREIGN = re.compile(r"\btm_tensor\.|\bml_program\.|^    %\w+(?::\d+)? = scf\.for [^\n]*-> \([^)\n]*\b(?:[fi]\d+|index)\b(?!>)", re.M)


def blame_left_over(model, torch_text, text):
    """The ONNX node that left something in `text`, linalg with debug info, that cannot stay there."""
    places = {name: int(line) for name, line in
              re.findall(r'^(#loc\d*) = loc\(".*?":(\d+):\d+\)', text, re.M)}
    left = UNKNOWN_SIZE.search(text) or FOREIGN.search(text)
    line = next((places[name] for name in re.findall(r"loc\((#loc\d*)\)", text[left.start():])
                 if name in places), 1)  # the first line has no operator
    operator, node = origin(model, torch_text, line)
    if node and UNKNOWN_SIZE.match(left[0]):
        return Refusal(unknown_size(model, operator, node), operator)
    return cannot_be_converted(operator, node) if operator else Refusal("torch-mlir leaves " + left[0])


def unknown_size(model, operator, node):
    constants = {i.name for i in model.graph.initializer}
    values = [f"'{n}'" for n in node.input if n and n not in constants]
    values = values[1:] if node.input[0] not in constants and len(values) > 1 else values
    return (f"{describe(operator, node)} has a shape that depends on the values of "
            f"{' and '.join(values)}; every size must be known, so make them constants (inputs with --constant NAME=NUMBERS), "
            "or end the model before that node")


def torch_mlir(model, path, arguments, tag):
    """Runs torch-mlir's two programs; the linalg text or a Refusal."""
    base = os.path.join(arguments.work, f"import-{tag}")
    onnx_file, torch_file, linalg_file = base + ".onnx", base + ".torch.mlir", base + ".linalg.mlir"
    onnx.save(model, onnx_file)
    done = subprocess.run(
        [os.path.join(arguments.tools, "torch-mlir-import-onnx"), onnx_file, "-o", torch_file,
         "--temp-dir", arguments.work], capture_output=True, text=True)
    if done.returncode:
        lines = [x for x in done.stderr.strip().split("\n") if x.strip()]
        return vendors(model) or Refusal((lines or ["torch-mlir-import-onnx failed without a word"])[-1].rstrip("."))

    def lower(*flags):
        done = subprocess.run(
            [os.path.join(arguments.tools, "torch-mlir-opt"), f"-pass-pipeline={PIPELINE}",
             torch_file, "-o", linalg_file, *flags], capture_output=True, text=True)
        return done if done.returncode else read(linalg_file)

    text, torch_text = lower(), read(torch_file)
    if not isinstance(text, str):
        return vendors(model) or blame(model, torch_text, text.stderr)
    text = to_loops(text)
    if UNKNOWN_SIZE.search(text) or FOREIGN.search(text):
        return blame_left_over(model, torch_text, lower("-mlir-print-debuginfo"))
    return text


def read(path):
    with open(path) as file:
        return file.read()
