"""If, Loop and Scan leave the model, and with them LSTM, GRU and RNN, which are Scans: an If becomes what it chooses between, a loop
of a few steps these, and another a function of its own."""
import contextlib
import dataclasses

import onnx
from onnx import numpy_helper

from .conditionals import both, taken
from .decompositions.recurrent import recurrent
from .errors import Refused
from .graph_writer import spell
from .lifted import lifted, static_type
from .recurrence import of_loop, of_scan
from .written_out import written_out

LOOPS = {"Loop": of_loop, "Scan": of_scan}
RECURRENT = dict.fromkeys(["GRU", "LSTM", "RNN"], recurrent)


@dataclasses.dataclass
class Facts:
    """What is known of a model."""
    values: dict  # {name: array}
    types: dict   # {name: (element type, extents)}, where all are known
    inputs: set
    outputs: set
    filled: set   # inputs that are weights
    opsets: object
    ir_version: int

    @property
    def shapes(self):
        return {name: dims for name, (_, dims) in self.types.items()}


def without_control_flow(model, fold, filled, loops):
    """The model without them; `fold` folds constants. Loops that stay such are added to `loops`."""
    folded = False
    while any(is_control(node) for node in model.graph.node):
        model = inferred(model if folded else fold(model))
        at, node = next(((i, n) for i, n in enumerate(model.graph.node) if is_control(n)), (0, None))
        if node is None:
            break
        folded = False
        if node.op_type in RECURRENT:
            if not spell(model, RECURRENT):
                raise Refused(node, "has sizes that are not known")
            continue
        facts = facts_of(model, filled)
        if node.op_type == "If":
            put(model, at, *(taken(node, facts.values) or both(node)))
            continue
        recurrence = LOOPS[node.op_type](node, facts)
        if recurrence is None:
            raise Refused(node, "has a length that is not known")
        apart = lifted(recurrence, facts, f"loop{len(loops)}", fold)
        if apart is None:
            steps = written_out(recurrence, facts)
            put(model, at, steps.nodes, steps.constants)
            continue
        lifting, loop = apart
        put(model, at, lifting.nodes, lifting.constants)
        model.graph.input.extend(lifting.inputs)
        model.graph.output.extend(lifting.outputs)
        loops.append(loop)
        folded = True
    return model


def is_control(node):
    return node.domain in ("", "ai.onnx") and node.op_type in {"If", *LOOPS, *RECURRENT}


def put(model, at, nodes, constants):
    """Nodes and constants in the place of one node."""
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*rest[:at], *nodes, *rest[at + 1:]])
    model.graph.initializer.extend(constants)


def inferred(model):
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        return onnx.shape_inference.infer_shapes(model, data_prop=True)
    return model


def facts_of(model, filled):
    graph = model.graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    values.update((n.output[0], numpy_helper.to_array(n.attribute[0].t)) for n in graph.node
                  if n.op_type == "Constant" and n.attribute and n.attribute[0].name == "value")
    types = {v.name: static_type(v) for v in [*graph.value_info, *graph.input, *graph.output]}
    types = {name: known for name, known in types.items() if known}
    types.update((i.name, (i.data_type, list(i.dims))) for i in graph.initializer)
    return Facts(values, types, {v.name for v in graph.input}, {v.name for v in graph.output}, set(filled), model.opset_import,
                 model.ir_version)
