"""When a Loop ends, where its condition and what that is computed from depend on constants and the step's number."""
import numpy as np
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from .errors import Refused
from .subgraphs import free_names

PATIENCE = 100_000  # steps after which a condition that inputs have no part in is taken to hold for ever


class Stops:
    """Of a Loop with these states, {what the body calls it: what it begins with}."""

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
