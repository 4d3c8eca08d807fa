"""An If whose condition is known becomes the branch that is taken; of others both are computed, and one chosen."""
import onnx
from onnx import helper, numpy_helper

from refusal import Refused


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
