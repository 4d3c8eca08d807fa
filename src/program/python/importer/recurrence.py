"""What a Loop and a Scan have in common: steps that carry states on, take slices of sequences and give pieces of results."""
import dataclasses

import numpy as np
import onnx
from onnx import helper

from .errors import Refused
from .stops import Stops

ENDLESS = 1 << 20  # steps; a condition that still holds then is an error of the run, where nothing else bounds it


@dataclasses.dataclass
class State:
    name: str     # in the body
    initial: str  # outside
    result: str   # of the body
    output: str   # of the node; "" where nobody asks for it


@dataclasses.dataclass
class Slice:
    name: str
    sequence: str
    axis: int
    backward: bool


@dataclasses.dataclass
class Piece:
    result: str
    output: str
    axis: int
    backward: bool


@dataclasses.dataclass
class Recurrence:
    node: onnx.NodeProto
    body: onnx.GraphProto
    trips: int
    states: list
    slices: list = dataclasses.field(default_factory=list)
    pieces: list = dataclasses.field(default_factory=list)
    number: str = ""     # what the body calls the step's number, and a condition that always holds inside
    holds: str = ""
    condition: str = ""  # of the body, where it decides; `begins` is the one before the first step, "" for true
    begins: str = ""
    must_end: bool = False


def of_scan(node, facts):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    body, count = attributes["body"], attributes["num_scan_inputs"]
    initial, scanned = list(node.input[:-count]), node.input[-count:]
    given = [v.name for v in body.input]
    results = [v.name for v in body.output]
    kept = len(initial)
    several = lambda key, number: attributes.get(key, [0] * number)
    slices = [Slice(*each) for each in zip(given[kept:], scanned, several("scan_input_axes", count), several("scan_input_directions", count))]
    made = len(results) - kept
    pieces = [Piece(*each) for each in zip(results[kept:], node.output[kept:], several("scan_output_axes", made),
                                           several("scan_output_directions", made))]
    lengths = {facts.shapes[s.sequence][s.axis] for s in slices if facts.shapes.get(s.sequence)}
    if len(lengths) != 1 or max(lengths) < 1:
        return None
    states = [State(*each) for each in zip(given, initial, results, node.output)]
    return Recurrence(node, body, lengths.pop(), states, slices, pieces)


def of_loop(node, facts):
    """An absent condition counts as true in the beginning; what the body says of it counts all the same, as in
    ONNX Runtime."""
    body = next(a.g for a in node.attribute if a.name == "body")
    limit, condition, *initial = [*node.input, ""][:max(2, len(node.input))]
    if limit and limit not in facts.values:
        raise Refused(node, f"has a number of steps, '{limit}', that is not known (--constant NAME=NUMBERS makes an input known)")
    most = max(0, int(facts.values[limit].reshape(-1)[0])) if limit else None
    begins = bool(facts.values[condition].reshape(-1)[0]) if condition in facts.values else None if condition else True
    number, holds, *given = (v.name for v in body.input)
    ends, *results = (v.name for v in body.output)
    states = [State(*each) for each in zip(given, initial, results, node.output)]
    pieces = [Piece(result, output, 0, False) for result, output in zip(results[len(states):], node.output[len(states):])]
    made = Recurrence(node, body, 0, states, [], pieces, number, holds)
    stops = Stops(body, facts, {s.name: s.initial for s in states})
    if begins is False:
        return made
    made.trips = stops.count(node, most) if stops.is_known() else most
    if begins and stops.is_known():
        return made
    made.condition, made.begins = ends, "" if begins else condition
    asked = next((piece.output for piece in pieces if piece.output), None)
    if asked:
        raise Refused(node, f"has a result, '{asked}', as long as it takes steps, which depends on a condition that is computed from "
                      "inputs; end the model before it")
    if made.trips is None or made.trips > ENDLESS:
        made.trips, made.must_end = ENDLESS, True
    return made


def check_runs(recurrence, facts):
    """A loop that never runs leaves its states as they are."""
    for state in recurrence.states:
        if state.output in facts.outputs and state.initial in facts.inputs:
            raise Refused(recurrence.node, f"never runs, so that the model's output '{state.output}' is its input '{state.initial}'; "
                          "end the model before it")
    for piece in recurrence.pieces:
        if piece.output:
            raise Refused(recurrence.node, f"never runs, so that its result '{piece.output}' has no elements; end the model before it")


def scalar(value, kind=np.int64):
    return np.array(value, kind)
