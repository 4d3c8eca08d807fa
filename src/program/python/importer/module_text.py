"""torch-mlir's text of a model and its loops as one module: names, weights and loops as attributes."""
import re

import numpy as np

from .integers import NAMES


def annotate(text, model, weights, types, loops, own=None):
    """Names, weights and their offsets, the types of `types` that MLIR has no name for, and what is between a function and its loops, as
    attributes of the one function. `own` is the loop that it is a step of."""
    head = re.search(r"func\.func @main\((.*?)\) -> (\(.*?\)|tensor<[^>]*>)(?= attributes| \{)", text)
    arguments = head[1].split(", ") if head[1] else []
    names = [v.name for v in model.graph.input]
    assert len(arguments) == len(names), "torch-mlir changed the number of inputs"
    given = {name: (loop.name, index) for loop in loops for name, index in loop.results.items()}
    taken = {name: loop.name for loop in loops for name in loop.operands}
    for index, name in enumerate(names):
        marks = [f"alt.name = {quoted(name)}"]
        weight = weights.get(name)
        if weight and "splat" in weight:
            marks.append(f"alt.splat = {float_text(weight['splat'])} : f64")
        elif weight:
            marks.append(f"alt.offset = {weight['offset']} : i64")
        elif name in given:
            marks = [f"alt.loop = {quoted(given[name][0])}", f"alt.result = {given[name][1]} : i64"]
        arguments[index] += " {" + ", ".join(marks + type_marks(name, types)) + "}"
    results = head[2].strip("()").split(", ")
    for index, output in enumerate(model.graph.output):
        loop = taken.get(output.name)
        marks = [f"alt.loop = {quoted(loop)}" if loop else f"alt.name = {quoted(output.name)}"]
        results[index] += " {" + ", ".join(marks + type_marks(output.name, types)) + "}"
    signature = f"func.func @{own.name if own else 'main'}({', '.join(arguments)}) -> ({', '.join(results)})"
    return text[:head.start()] + signature + (f" attributes {{{loop_marks(own)}}}" if own else "") + text[head.end():]


def type_marks(name, types):
    return [f"alt.type = {quoted(NAMES[types[name]])}"] if types.get(name) in NAMES else []


def loop_marks(loop):
    numbers = lambda values: "array<i64" + (": " + ", ".join(map(str, values)) if values else "") + ">"
    return ", ".join([f"alt.trips = {loop.trips} : i64", f"alt.states = {loop.states} : i64", f"alt.slices = {numbers(loop.slices)}",
                      f"alt.pieces = {numbers(loop.pieces)}", *["alt.while"] * loop.is_while, *["alt.must_end"] * loop.must_end])


def joined(texts, weights_name):
    """One module of several, each of one function."""
    aliases, functions = [], []
    for number, text in enumerate(texts):
        text = re.sub(r"#map(\d*)\b", rf"#m{number}_\1", text)
        aliases += re.findall(r"^#.*\n", text, re.M)
        functions.append(re.search(r"^module[^\n]* \{\n(.*)^\}", text, re.M | re.S)[1])
    return "".join(aliases) + f"module attributes {{alt.weights = {quoted(weights_name)}}} {{\n" + "".join(functions) + "}\n"


def quoted(text):
    """A string of MLIR, which has its own escapes."""
    plain = set(range(0x20, 0x7f)) - {ord('"'), ord("\\")}
    return '"' + "".join(chr(b) if b in plain else f"\\{b:02X}" for b in text.encode()) + '"'


def float_text(value):
    if value != value or value in (float("inf"), float("-inf")):
        return f"0x{np.float64(value).view(np.uint64):016X}"
    text = f"{value:.17e}"
    return text
