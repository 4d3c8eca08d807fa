"""Graphs inside of nodes: put in the place of their node, and what they take from outside."""
import onnx
from onnx import helper


def inlined(prefix, graph, outputs, inputs={}):
    """The nodes and constants of a subgraph, its names made unlike all others, its results called `outputs`."""
    own = defined(graph)
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
            own = defined(attribute.g) | {v.name for v in attribute.g.input}
            outer = {old: new for old, new in rename.items() if old not in own}
            nodes = [renamed(n, outer) for n in attribute.g.node]
            del attribute.g.node[:]
            attribute.g.node.extend(nodes)
            for result in attribute.g.output:
                result.name = outer.get(result.name, result.name)
    return copy


def defined(graph):
    return {name for n in graph.node for name in n.output} | {i.name for i in graph.initializer}


def free_names(node):
    """What the graphs inside of a node take from outside."""
    free = set()
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            free |= free_of(attribute.g)
    return free


def used_in(graph):
    """All that its nodes and results read."""
    return {name for n in graph.node for name in [*n.input, *free_names(n)]} | {o.name for o in graph.output}


def free_of(graph):
    """What a graph takes from outside."""
    return used_in(graph) - defined(graph) - {v.name for v in graph.input} - {""}
