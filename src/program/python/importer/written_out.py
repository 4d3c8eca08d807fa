"""A loop written out, a step after the other. Where a condition is computed from inputs, all steps are, and what there was when it
ended is kept."""
import numpy as np
from onnx import helper, numpy_helper

from .conditionals import CHOICE
from .errors import Refused
from .recurrence import check_runs
from .subgraphs import inlined

LONGEST = 256  # steps


class Steps:
    """The nodes and constants that a loop becomes."""

    def __init__(self, recurrence):
        self.body, self.nodes, self.constants = recurrence.body, [], []
        self.prefix = next(filter(None, recurrence.node.output))

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
        made, constants = inlined(here, self.body, outputs, given)
        self.nodes += made
        self.constants += constants
        return {value.name: output for value, output in zip(self.body.output, outputs)}

    def stacked(self, pieces, result, axis=0):
        """One result of all steps, along a new axis."""
        if not result:
            return
        at = self.constant(f"axis.{result}", [axis])
        parts = [self.op("Unsqueeze", [piece, at], f"{piece}.of.{result}") for piece in pieces]
        self.op("Concat", parts, result, axis=axis)

    def named(self, value, result):
        if result:
            self.op("Identity", [value], result)


def written_out(recurrence, facts):
    count, prefix = recurrence.trips, next(filter(None, recurrence.node.output))
    if count > LONGEST:
        raise Refused(recurrence.node, f"changes a shape from step to step, and is then supported up to {LONGEST} steps only")
    if count == 0:
        check_runs(recurrence, facts)
    steps = Steps(recurrence)
    truth, running = steps.constant("true", True), recurrence.begins
    at = {state.name: state.initial for state in recurrence.states}
    pieces = [[] for _ in recurrence.pieces]
    for step in range(count):
        given = {**at, recurrence.number: steps.constant(f"{step}.number", np.int64(step)), recurrence.holds: truth}
        for slice_ in recurrence.slices:
            place = steps.constant(f"{step}.at.{slice_.name}", count - 1 - step if slice_.backward else step)
            given[slice_.name] = steps.op("Gather", [slice_.sequence, place], f"{prefix}.{step}.of.{slice_.name}", axis=slice_.axis)
        made = steps.step(step, given)
        new = {state.name: made[state.result] for state in recurrence.states}
        if running:
            new = {name: steps.op("Where", [running, value, at[name]], f"{value}.kept", f"{CHOICE}{value}") for name, value in new.items()}
        if recurrence.condition:
            ends = made[recurrence.condition]
            running = steps.op("And", [running, ends], f"{ends}.runs") if running else ends
        at = new
        for piece, of in zip(recurrence.pieces, pieces):
            of.append(made[piece.result])
    for state in recurrence.states:
        steps.named(at[state.name], state.output)
    for piece, of in zip(recurrence.pieces, pieces):
        steps.stacked(of[::-1] if piece.backward else of, piece.output, piece.axis)
    return steps
