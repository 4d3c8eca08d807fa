"""torch-mlir's two programs, and which operator is to blame when they refuse."""
import ctypes
import os
import re
import resource
import signal
import subprocess

import numpy as np
import onnx

from .errors import fail, full_name
from .limits import processor_seconds
from .tm_tensor import to_loops

PIPELINE = (
    "builtin.module(torch-onnx-to-torch-backend-pipeline,"
    "torch-backend-to-linalg-on-tensors-backend-pipeline)"
)


class Refusal:
    """What went wrong, and the ONNX operator that is to blame where that is known."""

    def __init__(self, reason, operator=None):
        self.reason, self.operator = reason, operator


def blame(model, torch_text, diagnostics):
    """The ONNX operator and node that torch-mlir's first error points at; None where it points at none."""
    where = re.search(r":(\d+):\d+: error: ", diagnostics)
    operator, node = origin(model, torch_text, int(where[1])) if where else (None, None)
    if not operator and len(model.graph.node) == 1:
        operator, node = full_name(model.graph.node[0]), model.graph.node[0]
    return cannot_be_converted(operator, node) if operator else None


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
    return Refusal(f"{describe(operator, node)} cannot be converted; write it in simpler operators, or end the model before "
                   "that node", operator)


def refused_alone(model, path, arguments, tag, reason=""):
    """torch-mlir does not always say what it refuses or crashes on: so the first operator of which it does so alone, for a
    `reason` that holds this."""
    values = {v.name: v for v in [*model.graph.value_info, *model.graph.input, *model.graph.output]}
    constants = {i.name: i for i in model.graph.initializer}
    for node in {n.op_type: n for n in reversed(model.graph.node)}.values():
        names = list(dict.fromkeys(name for name in node.input if name))
        if len(model.graph.node) == 1 or not set(names) | set(node.output) <= {*values, *constants}:
            continue
        alone = onnx.ModelProto()
        alone.CopyFrom(model)
        alone.graph.CopyFrom(onnx.helper.make_graph(
            [node], "main", [values[n] for n in names if n not in constants], [values[n] for n in node.output],
            [constants[n] for n in names if n in constants]))
        outcome = torch_mlir(alone, path, arguments, f"{tag}-alone")
        if isinstance(outcome, Refusal) and reason in outcome.reason:
            return outcome
    return None


def crash(model, path, arguments, tag):
    first = model.graph.node[0] if len(model.graph.node) == 1 else None
    return refused_alone(model, path, arguments, tag, CRASHES) or Refusal(
        f"torch-mlir {CRASHES} " + (describe(first.op_type, first) if first else "this model"), first and first.op_type)


def vendors(model):
    """The first operator that is not ONNX's own, which torch-mlir cannot know."""
    node = next((n for n in model.graph.node if n.domain not in ("", "ai.onnx")), None)
    return node and Refusal(f"{describe(full_name(node), node)} is not one of ONNX's own; export the "
                            "model without it")


def shapeless(model):
    """The first node of which no more is known than that it has a result."""
    known = {v.name for v in [*model.graph.value_info, *model.graph.output] if v.type.tensor_type.HasField("shape")}
    node = next((n for n in model.graph.node if not set(filter(None, n.output)) <= known), None)
    if node and not onnx.defs.has(node.op_type, max_inclusive_version=max(o.version for o in model.opset_import)):
        return Refusal(f"{describe(node.op_type, node)} is none of ONNX's operators at the model's version", node.op_type)
    return node and Refusal(f"{describe(node.op_type, node)} has a result whose shape cannot be found out", node.op_type)


CRASHES = "crashes on"
UNKNOWN_REASON = "the model cannot be converted, and no single operator of it is to blame; end it earlier to find out where"
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
    return cannot_be_converted(operator, node) if operator else Refusal(UNKNOWN_REASON)


def unknown_size(model, operator, node):
    constants = {i.name for i in model.graph.initializer}
    values = [f"'{n}'" for n in node.input if n and n not in constants]
    values = values[1:] if node.input[0] not in constants and len(values) > 1 else values
    return (f"{describe(operator, node)} has a shape that depends on the values of "
            f"{' and '.join(values)}; every size must be known, so make them constants (inputs with --constant NAME=NUMBERS), "
            "or end the model before that node")


LIBC = ctypes.CDLL(None)


def run(seconds, *command):
    """A child that ends when we do, as we do when alt is interrupted, and when it used so much of a processor."""
    pr_set_pdeathsig = 1

    def before():
        LIBC.prctl(pr_set_pdeathsig, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=before)
    # The programs are launchers, which tell in the lower byte how theirs ended.
    done.spun = done.returncode & 0xff in (-signal.SIGXCPU & 0xff, -signal.SIGKILL & 0xff)
    if any(sign in done.stderr for sign in ("out of memory", "bad_alloc", "Cannot allocate memory", "MemoryError")):
        raise MemoryError
    return done


def endless(path, seconds):
    fail("unsupported", f"{path}: torch-mlir comes to no end with it; it was stopped after {seconds} s of processor time.")


def torch_mlir(model, path, arguments, tag):
    """Runs torch-mlir's two programs; the linalg text or a Refusal."""
    base = os.path.join(arguments.work, f"import-{tag}")
    onnx_file, torch_file, linalg_file = base + ".onnx", base + ".torch.mlir", base + ".linalg.mlir"
    onnx.save(model, onnx_file)
    seconds = processor_seconds(model)
    done = run(seconds, os.path.join(arguments.tools, "torch-mlir-import-onnx"), onnx_file, "-o", torch_file,
               "--temp-dir", arguments.work)
    if done.spun:
        endless(path, seconds)
    if done.returncode:
        return vendors(model) or shapeless(model) or refused_alone(model, path, arguments, tag) or Refusal(UNKNOWN_REASON)

    def lower(*flags):
        done = run(seconds, os.path.join(arguments.tools, "torch-mlir-opt"), f"-pass-pipeline={PIPELINE}",
                   torch_file, "-o", linalg_file, *flags)
        return done if done.returncode else read(linalg_file)

    text, torch_text = lower(), read(torch_file)
    if not isinstance(text, str):
        if text.spun:
            endless(path, seconds)
        if "PLEASE submit a bug report" in text.stderr:
            return vendors(model) or crash(model, path, arguments, tag)
        return (vendors(model) or blame(model, torch_text, text.stderr) or refused_alone(model, path, arguments, tag)
                or Refusal(UNKNOWN_REASON))
    text = to_loops(text)
    if UNKNOWN_SIZE.search(text) or FOREIGN.search(text):
        return blame_left_over(model, torch_text, lower("-mlir-print-debuginfo"))
    return pack_bits(text)


def pack_bits(text):
    """torch-mlir's MLIR writes long constants of bits with a byte for each, ours reads eight in a byte."""
    def packed(match):
        bits = np.frombuffer(bytes.fromhex(match[1]), np.uint8)
        if bits.size != np.prod([int(d) for d in match[2].split("x")[:-1]]):
            return match[0]
        return f'dense<"0x{np.packbits(bits, bitorder="little").tobytes().hex().upper()}"> : tensor<{match[2]}i1>'
    return re.sub(r'dense<"0x([0-9A-Fa-f]+)"> : tensor<((?:\d+x)+)i1>', packed, text)


def read(path):
    with open(path) as file:
        return file.read()
