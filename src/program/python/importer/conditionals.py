"""An If whose condition is known becomes the branch that is taken; of others both are computed, and one chosen."""
from onnx import helper

from .errors import Refused
from .subgraphs import inlined

CHOICE = "alt.choice:"  # the names of nodes that choose; `check` looks at them when all shapes are known


def check(node, w, _):
    """Both branches of what was an If have the same shape, as have a Loop's values before and after a step."""
    if node.name.startswith(CHOICE) and w.shape(node.input[1]) != w.shape(node.input[2]):
        raise Refused(node, "was an If with branches of different shapes, or a Loop that changes a shape, so that its condition "
                      "must be known (--constant NAME=NUMBERS makes an input known)")


def taken(node, known):
    if node.input[0] not in known:
        return None
    condition = bool(known[node.input[0]].reshape(-1)[0])
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
