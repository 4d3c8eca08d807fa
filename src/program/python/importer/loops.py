"""Loop and Scan become a step after the other, where it is known how many there are; a Loop whose condition
depends on inputs does all of them, and keeps what it had when the condition ended."""
import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from .conditionals import CHOICE
from .errors import Refused
from .subgraphs import free_names, inlined

LONGEST = 256  # steps that are written out
PATIENCE = 100_000  # steps after which a condition that inputs have no part in is taken to hold for ever


class Steps:
    """The nodes and constants that a loop becomes."""

    def __init__(self, node, body):
        self.node, self.body, self.nodes, self.constants = node, body, [], []
        self.prefix = next(filter(None, node.output))

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), f"{self.prefix}.{name}"))
        return self.constants[-1].name

    def op(self, kind, inputs, result, name="", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [result], name, **attributes))
        return result

    def step(self, number, given):
        """The names of the body's results when its inputs are those given."""
        here = f"{self.prefix}.{number}"
        outputs = [f"{here}.out{index}" for index in range(len(self.body.output))]
        made, constants = inlined(here, self.body, outputs, dict(zip((v.name for v in self.body.input), given)))
        self.nodes += made
        self.constants += constants
        return outputs

    def stacked(self, pieces, result, axis=0):
        """One result of all steps, along a new axis."""
        if not result:
            return
        if not pieces:
            raise Refused(self.node, f"never runs, so that its result '{result}' has no elements; end the model before it")
        at = self.constant(f"axis.{result}", [axis])
        parts = [self.op("Unsqueeze", [piece, at], f"{piece}.of.{result}") for piece in pieces]
        self.op("Concat", parts, result, axis=axis)

    def named(self, value, result):
        if result:
            self.op("Identity", [value], result)


def scan_steps(node, facts):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    body, count = attributes["body"], attributes["num_scan_inputs"]
    states, scanned = list(node.input[:-count]), node.input[-count:]
    results = node.output[len(states):]
    axes = attributes.get("scan_input_axes", [0] * count)
    back = attributes.get("scan_input_directions", [0] * count)
    ends = attributes.get("scan_output_directions", [0] * len(results))
    out_axes = attributes.get("scan_output_axes", [0] * len(results))
    extents = {facts.shapes[name][axis] for name, axis in zip(scanned, axes) if facts.shapes.get(name)}
    if len(extents) != 1 or max(extents) < 1:
        return None
    length = extents.pop()
    if length > LONGEST:
        raise Refused(node, f"is supported up to {LONGEST} steps, not {length}")
    steps, pieces = Steps(node, body), [[] for _ in results]
    for step in range(length):
        taken = []
        for value, name, axis, reverse in zip(body.input[len(states):], scanned, axes, back):
            place = steps.constant(f"{step}.at.{value.name}", length - 1 - step if reverse else step)
            taken.append(steps.op("Gather", [name, place], f"{steps.prefix}.{step}.of.{value.name}", axis=axis))
        outputs = steps.step(step, states + taken)
        states = outputs[:len(states)]
        for piece, output in zip(pieces, outputs[len(states):]):
            piece.append(output)
    for result, state in zip(node.output, states):
        steps.named(state, result)
    for result, piece, axis, reverse in zip(results, pieces, out_axes, ends):
        steps.stacked(piece[::-1] if reverse else piece, result, axis)
    return steps


def loop_steps(node, facts):
    """An absent condition counts as true in the beginning; what the body says of it counts all the same, as in
    ONNX Runtime."""
    body = next(a.g for a in node.attribute if a.name == "body")
    limit, condition, *states = [*node.input, ""][:max(2, len(node.input))]
    if limit and limit not in facts.values:
        raise Refused(node, f"has a number of steps, '{limit}', that is not known (--constant NAME=NUMBERS makes an input known)")
    most = int(facts.values[limit].reshape(-1)[0]) if limit else None
    begins = bool(facts.values[condition].reshape(-1)[0]) if condition in facts.values else None if condition else True
    stops = Stops(body, facts, dict(zip((v.name for v in body.input[2:]), states)))
    count = 0 if begins is False else stops.count(node, most) if stops.is_known() else most
    is_known = begins is False or begins and stops.is_known()
    check_count(node, count, is_known, len(states))
    for result, state in zip(node.output, states):
        if count == 0 and result in facts.outputs and state in facts.inputs:
            raise Refused(node, f"never runs, so that the model's output '{result}' is its input '{state}'; end the model before it")
    steps = Steps(node, body)
    running, truth = condition, steps.constant("true", True)
    pieces = [[] for _ in body.output[1 + len(states):]]
    for step in range(count):
        outputs = steps.step(step, [steps.constant(f"{step}.number", np.int64(step)), truth, *states])
        if is_known:
            states = outputs[1:1 + len(states)]
        elif step or begins is None:
            states = [steps.op("Where", [running, new, old], f"{new}.kept", f"{CHOICE}{new}")
                      for new, old in zip(outputs[1:], states)]
            running = steps.op("And", [running, outputs[0]], f"{outputs[0]}.runs")
        else:
            running, states = outputs[0], outputs[1:1 + len(states)]
        for piece, output in zip(pieces, outputs[1 + len(states):]):
            piece.append(output)
    for result, state in zip(node.output, states):
        steps.named(state, result)
    for result, piece in zip(node.output[len(states):], pieces):
        steps.stacked(piece, result)
    return steps


def check_count(node, count, is_known, states):
    if not is_known and any(node.output[states:]):
        raise Refused(node, f"has a result, '{next(filter(None, node.output[states:]))}', as long as it takes steps, which depends "
                      "on a condition that is computed from inputs; end the model before it")
    if count is None or count > LONGEST and not is_known:
        number = "without end" if count is None else f"{count} times"
        raise Refused(node, f"may run {number}, until a condition holds that is computed from inputs; give it a number of steps "
                      f"of up to {LONGEST}")
    if count > LONGEST:
        raise Refused(node, f"is supported up to {LONGEST} steps, not {count}")


class Stops:
    """When a Loop ends, where its condition and what that is computed from depend on constants and the step's number."""

    def __init__(self, body, facts, states):
        self.body, self.states = body, states
        number, holds = (v.name for v in body.input[:2])
        fixed = {*facts.values, *(i.name for i in body.initializer), number, holds, ""}
        self.known = {state for state, start in states.items() if start in facts.values}
        while True:
            values = fixed | self.known
            for node in body.node:
                if {*node.input, *free_names(node)} <= values and not node.op_type.startswith("Random"):
                    values |= set(node.output)
            lost = {state for state, result in zip(states, body.output[1:]) if result.name not in values} & self.known
            self.known -= lost
            if not lost:
                break
        self.values, self.facts = values, facts

    def is_known(self):
        return self.body.output[0].name in self.values

    def count(self, node, most):
        """The number of steps."""
        run = self.evaluator()
        if run is None:
            if most is None:
                raise Refused(node, "never ends")
            return most
        at = {state: self.facts.values[self.states[state]] for state in self.known}
        for step in range(PATIENCE if most is None else min(most, PATIENCE)):
            holds, *values = run(step, at)
            if not holds:
                return step + 1
            at = dict(zip(at, values))
        if most is None or most > PATIENCE:
            raise Refused(node, f"does not end within {PATIENCE} steps")
        return most

    def evaluator(self):
        """(step, states) -> [condition, states], or None where the condition is what it was."""
        wanted, needed, nodes = self.body.output[0].name, set(), []
        results = {state: result.name for state, result in zip(self.states, self.body.output[1:]) if state in self.known}
        origin = {name: node for node in self.body.node for name in node.output}
        while wanted in origin and origin[wanted].op_type == "Identity":
            wanted = origin[wanted].input[0]
        number, holds = (v.name for v in self.body.input[:2])
        if wanted == holds:
            return None
        ends = [wanted, *(results[state] for state in results)]
        needed = set(ends)
        for node in reversed(self.body.node):
            if needed & set(node.output):
                nodes.insert(0, node)
                needed |= {*node.input, *free_names(node)}
        constants = [numpy_helper.from_array(value, name) for name, value in self.facts.values.items() if name in needed]
        constants += [i for i in self.body.initializer if i.name in needed]
        inputs = [number, holds, *results]
        named = [helper.make_node("Identity", [end], [f"alt.end{index}"]) for index, end in enumerate(ends)]
        graph = helper.make_graph(nodes + named, "condition", [helper.make_empty_tensor_value_info(n) for n in inputs],
                                  [helper.make_empty_tensor_value_info(n.output[0]) for n in named], constants)
        evaluator = ReferenceEvaluator(helper.make_model(graph, opset_imports=self.facts.opsets))
        return lambda step, at: evaluator.run(None, {number: np.int64(step), holds: np.array(True), **at})
