"""If, Loop and Scan leave the model: what is known of their conditions and lengths decides how."""
import contextlib
import dataclasses

import onnx
from onnx import numpy_helper

from .conditionals import both, taken
from .errors import Refused
from .loops import loop_steps, scan_steps

WRITERS = {"Loop": loop_steps, "Scan": scan_steps}


@dataclasses.dataclass
class Facts:
    """What is known of a model."""
    values: dict  # {name: array}
    shapes: dict  # {name: extents}
    opsets: object
    inputs: set
    outputs: set


def without_control_flow(model, fold):
    """The model without them; `fold` folds constants."""
    while any(is_control(node) for node in model.graph.node):
        model = fold(model)
        facts = Facts(known_values(model), known_shapes(model), model.opset_import,
                      *({v.name for v in values} for values in (model.graph.input, model.graph.output)))
        if replace(model, "If", lambda node: taken(node, facts.values)):
            continue
        if any([replace(model, kind, lambda node: written(write(node, facts))) for kind, write in WRITERS.items()]):
            continue
        first = next((node for node in model.graph.node if node.op_type == "If"), None)
        if first is None:
            left = next((node for node in model.graph.node if is_control(node)), None)
            if left is not None:
                raise Refused(left, "has a length that is not known")
            break
        replace(model, "If", lambda node: both(node) if node.output[0] == first.output[0] else None)
    return model


def is_control(node):
    return node.domain in ("", "ai.onnx") and node.op_type in {"If", *WRITERS}


def written(steps):
    return steps and (steps.nodes, steps.constants)


def known_values(model):
    known = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    known.update((n.output[0], numpy_helper.to_array(n.attribute[0].t)) for n in model.graph.node
                 if n.op_type == "Constant" and n.attribute and n.attribute[0].name == "value")
    return known


def known_shapes(model):
    known = model
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        known = onnx.shape_inference.infer_shapes(model, data_prop=True)
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
              for v in [*known.graph.value_info, *known.graph.input]}
    shapes.update((i.name, list(i.dims)) for i in known.graph.initializer)
    return shapes


def replace(model, kind, write):
    """Puts the nodes and constants that `write` gives for one of that kind in its place, if any."""
    nodes, changed = [], False
    for node in model.graph.node:
        made = write(node) if is_control(node) and node.op_type == kind else None
        changed |= made is not None
        nodes += [node] if made is None else made[0]
        model.graph.initializer.extend(made[1] if made else [])
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return changed
