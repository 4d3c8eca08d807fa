"""An If whose condition is known becomes the branch that is taken; of others both are computed, and one chosen.
Scans of a known length become a step after the other; a longer one than LONGEST is left alone."""
import numpy as np
import onnx
from onnx import helper, numpy_helper

from .errors import Refused


CHOICE = "alt.choice:"  # the names of nodes that choose; `check` looks at them when all shapes are known


def decide(model, simplify):
    """The model without Ifs; `simplify` folds constants."""
    while any(node.op_type == "If" for node in model.graph.node):
        model = simplify(model)
        known = {i.name: i for i in model.graph.initializer}
        known.update((n.output[0], n.attribute[0].t) for n in model.graph.node
                     if n.op_type == "Constant" and n.attribute and n.attribute[0].name == "value")
        if not replace(model, lambda node: taken(node, known)):
            first = next(node for node in model.graph.node if node.op_type == "If")
            replace(model, lambda node: both(node) if node.output[0] == first.output[0] else None)
    return model


def check(node, w, _):
    """Both branches of what was an If have the same shape."""
    if node.name.startswith(CHOICE) and w.shape(node.input[1]) != w.shape(node.input[2]):
        raise Refused(node, "was an If with branches of different shapes, so that its condition must be known "
                      "(--constant NAME=NUMBERS makes an input known)")


def replace(model, write):
    """Puts the nodes that `write` gives for an If in its place, if any."""
    nodes, changed = [], False
    for node in model.graph.node:
        written = write(node) if node.op_type == "If" else None
        changed |= written is not None
        nodes += [node] if written is None else written[0]
        model.graph.initializer.extend(written[1] if written else [])
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return changed


def taken(node, known):
    if node.input[0] not in known:
        return None
    condition = bool(numpy_helper.to_array(known[node.input[0]]).reshape(-1)[0])
    return branch_of(node, "then_branch" if condition else "else_branch", node.output)


def both(node):
    """The branches have no effects: what one gives is chosen. Ifs inside may be decided afterwards."""
    nodes, initialisers = [], []
    for branch in ("then_branch", "else_branch"):
        made, constants = branch_of(node, branch, [f"{name}.{branch}" for name in node.output])
        nodes, initialisers = nodes + made, initialisers + constants
    for name in node.output:
        inputs = [node.input[0], f"{name}.then_branch", f"{name}.else_branch"]
        nodes.append(helper.make_node("Where", inputs, [name], f"{CHOICE}{name}"))
    return nodes, initialisers


def branch_of(node, branch, outputs):
    graph = next(a.g for a in node.attribute if a.name == branch)
    return inlined(f"{node.output[0]}.{branch}", graph, outputs)


def inlined(prefix, graph, outputs, inputs={}):
    """The nodes and constants of a subgraph, its names made unlike all others, its results called `outputs`."""
    own = {name for n in graph.node for name in n.output} | {i.name for i in graph.initializer}
    rename = {**inputs, **{name: f"{prefix}.{name}" for name in own if name}}
    made = [renamed(n, rename) for n in graph.node]
    constants = []
    for constant in graph.initializer:
        constants.append(onnx.TensorProto())
        constants[-1].CopyFrom(constant)
        constants[-1].name = rename[constant.name]
    for result, wanted in zip(graph.output, outputs):
        made.append(helper.make_node("Identity", [rename.get(result.name, result.name)], [wanted]))
    return made, constants


def renamed(node, rename):
    """Names from outside of a graph are used in its subgraphs, too."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.input[:] = [rename.get(name, name) for name in node.input]
    copy.output[:] = [rename.get(name, name) for name in node.output]
    for attribute in copy.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            own = {name for n in attribute.g.node for name in n.output}
            outer = {old: new for old, new in rename.items() if old not in own}
            nodes = [renamed(n, outer) for n in attribute.g.node]
            del attribute.g.node[:]
            attribute.g.node.extend(nodes)
            for result in attribute.g.output:
                result.name = outer.get(result.name, result.name)
    return copy


LONGEST = 256


def unroll(model):
    """The model without Scans whose lengths are known, inner ones included."""
    while any(node.op_type == "Scan" for node in model.graph.node):
        try:
            known = onnx.shape_inference.infer_shapes(model, data_prop=True)
        except Exception:  # onnx has several kinds of its own
            return model
        shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
                  for v in [*known.graph.value_info, *known.graph.input]}
        shapes.update((i.name, list(i.dims)) for i in known.graph.initializer)
        nodes, changed = [], False
        for node in model.graph.node:
            steps = unrolled(node, shapes, model.graph.initializer) if node.op_type == "Scan" else None
            changed |= steps is not None
            nodes += [node] if steps is None else steps
        if not changed:
            return model
        del model.graph.node[:]
        model.graph.node.extend(nodes)
    return model


def unrolled(node, shapes, initialisers):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    body, count = attributes["body"], attributes["num_scan_inputs"]
    states, scanned = list(node.input[:-count]), node.input[-count:]
    results = node.output[len(states):]
    axes = attributes.get("scan_input_axes", [0] * count)
    back = attributes.get("scan_input_directions", [0] * count)
    ends = attributes.get("scan_output_directions", [0] * len(results))
    out_axes = attributes.get("scan_output_axes", [0] * len(results))
    extents = {shapes[name][axis] for name, axis in zip(scanned, axes) if shapes.get(name)}
    if len(extents) != 1 or not 0 < max(extents) <= LONGEST:
        return None
    length, nodes, prefix = extents.pop(), [], node.output[0]
    pieces = [[] for _ in results]
    for step in range(length):
        here = f"{prefix}.{step}"
        given = dict(zip([v.name for v in body.input], states))
        for value, name, axis, reverse in zip(body.input[len(states):], scanned, axes, back):
            place = numpy_helper.from_array(np.array(length - 1 - step if reverse else step), f"{here}.at.{value.name}")
            initialisers.append(place)
            given[value.name] = f"{here}.{value.name}"
            nodes.append(helper.make_node("Gather", [name, place.name], [given[value.name]], axis=axis))
        outputs = [f"{here}.out{index}" for index in range(len(body.output))]
        made, constants = inlined(here, body, outputs, given)
        nodes += made
        initialisers.extend(constants)
        states = outputs[:len(states)]
        for piece, output, axis in zip(pieces, outputs[len(states):], out_axes):
            at = numpy_helper.from_array(np.array([axis]), f"{output}.axis")
            initialisers.append(at)
            nodes.append(helper.make_node("Unsqueeze", [output, at.name], [f"{output}.piece"]))
            piece.append(f"{output}.piece")
    for name, state in zip(node.output, states):
        nodes.append(helper.make_node("Identity", [state], [name]))
    for name, piece, axis, reverse in zip(results, pieces, out_axes, ends):
        nodes.append(helper.make_node("Concat", piece[::-1] if reverse else piece, [name], axis=axis))
    return [n for n in nodes if n.output[0]]
