"""A loop that stays one: its body becomes a model of its own, its operands outputs of the model around it and its results inputs.
Program::loops is what comes of it; docs/importing.md says how they meet in the text."""
import contextlib
import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .recurrence import Slice, State
from .subgraphs import free_of, used_in

SHORTEST = 5  # steps; fewer are written out
NUMBERED = 1 << 16  # steps; their numbers are a table


@dataclasses.dataclass
class Lifted:
    """A loop beside the model that it was in."""
    name: str
    body: onnx.ModelProto
    trips: int
    states: int
    slices: list    # 1, or -1 where the last comes first
    pieces: list
    is_while: bool
    must_end: bool
    operands: list  # outputs of the model around it
    results: dict   # {input of the model around it: which result}


class Lifting:
    """The nodes, inputs and outputs that the model around gets in the loop's place."""

    def __init__(self, recurrence, facts, name):
        self.recurrence, self.facts, self.name = recurrence, facts, name
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def op(self, kind, inputs, result, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [result], f"{result}.{kind}", **attributes))
        return result

    def constant(self, name, value):
        """Of the model around."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), f"{self.name}.{name}"))
        made = self.constants[-1]
        self.facts.types[made.name] = made.data_type, list(made.dims)
        return made.name

    def operand(self, name):
        kind, dims = self.facts.types[name]
        self.outputs.append(helper.make_tensor_value_info(f"{self.name}.operand{len(self.outputs)}", kind, dims))
        self.op("Identity", [name], self.outputs[-1].name)

    def first_axis(self, name, axis):
        """The sequence with its steps along its first axis."""
        kind, dims = self.facts.types[name]
        if axis % len(dims) == 0:
            return name
        turned = self.op("Transpose", [name], f"{self.name}.{name}.turned", perm=moved_first(axis, len(dims)))
        self.facts.types[turned] = kind, [dims[d] for d in moved_first(axis, len(dims))]
        return turned

    def result(self, output, index, kind, dims, axis=0):
        """Gives one of the loop's results its name in the model around."""
        name = f"{self.name}.result{index}" if axis else output
        self.inputs.append(helper.make_tensor_value_info(name, kind, dims))
        if axis:
            order = moved_first(axis, len(dims))
            self.op("Transpose", [name], output, perm=[order.index(d) for d in range(len(dims))])
        return name


def moved_first(axis, rank):
    axis %= rank
    return [axis, *(d for d in range(rank) if d != axis)]


def lifted(recurrence, facts, name, fold):
    """(what the model around gets, the loop), or None where a shape is not known or changes from step to step."""
    if recurrence.trips < SHORTEST and not recurrence.must_end:
        return None
    lifting, body = Lifting(recurrence, facts, name), recurrence.body
    free = sorted(free_of(body))
    outside = [*(s.initial for s in recurrence.states), *(s.sequence for s in recurrence.slices),
               *(name for name in free if name not in facts.values)]
    if recurrence.begins:
        outside.append(recurrence.begins)
    if any(known not in facts.types for known in outside):
        return None
    nodes, constants = list(body.node), list(body.initializer)
    states, slices = list(recurrence.states), list(recurrence.slices)
    used = used_in(body)
    if recurrence.holds in used:
        constants.append(numpy_helper.from_array(np.array(True), recurrence.holds))
    if recurrence.number in used and not recurrence.must_end and recurrence.trips <= NUMBERED:
        slices.append(Slice(recurrence.number, lifting.constant("numbers", np.arange(recurrence.trips)), 0, False))
    elif recurrence.number in used:
        constants.append(numpy_helper.from_array(np.int64(1), f"{name}.one"))
        nodes.append(helper.make_node("Add", [recurrence.number, f"{name}.one"], [f"{name}.next"]))
        states.append(State(recurrence.number, lifting.constant("number", np.int64(0)), f"{name}.next", ""))
    if recurrence.condition:
        begins = recurrence.begins or lifting.constant("begins", True)
        if facts.types[begins][1]:
            begins = lifting.op("Squeeze", [begins], f"{name}.begins")
            facts.types[begins] = TensorProto.BOOL, []
        nodes.append(helper.make_node("Squeeze", [recurrence.condition], [f"{name}.ends"]))
        states.insert(0, State(f"{name}.holds", begins, f"{name}.ends", ""))
    pieces = [piece for piece in recurrence.pieces if piece.output]
    constants += [numpy_helper.from_array(facts.values[n], n) for n in free if n in facts.values]
    captured = [n for n in free if n not in facts.values]
    sequences = [lifting.first_axis(s.sequence, s.axis) for s in slices]
    typed = ([(s.name, *facts.types[s.initial]) for s in states]
             + [(s.name, facts.types[q][0], facts.types[q][1][1:]) for s, q in zip(slices, sequences)]
             + [(n, *facts.types[n]) for n in captured])
    made = [f"{name}.new{index}" for index in range(len(states) + len(pieces))]
    nodes += [helper.make_node("Identity", [each.result], [result]) for each, result in zip([*states, *pieces], made)]
    graph = helper.make_graph(nodes, "main", [helper.make_tensor_value_info(*value) for value in typed],
                              [helper.make_empty_tensor_value_info(result) for result in made], constants)
    model = helper.make_model(graph, opset_imports=facts.opsets, ir_version=facts.ir_version)
    types = result_types(model, fold)
    if any(types.get(result) != facts.types[state.initial] for state, result in zip(states, made)):
        return None
    if any(result not in types for result in made):
        return None
    for operand in [*(s.initial for s in states), *sequences, *(n for n in captured if n not in facts.filled)]:
        lifting.operand(operand)
    results = {}
    for index, each in enumerate([*states, *pieces]):
        kind, dims = types[made[index]]
        if each.output and isinstance(each, State):
            results[lifting.result(each.output, index, kind, dims)] = index
        elif each.output:
            axis = each.axis % (len(dims) + 1)
            order = [recurrence.trips, *dims]
            results[lifting.result(each.output, index, kind, order, axis)] = index
    for output, result in zip(model.graph.output, made):
        output.CopyFrom(helper.make_tensor_value_info(result, *types[result]))
    ways = lambda values: [-1 if each.backward else 1 for each in values]
    return lifting, Lifted(name, model, recurrence.trips, len(states), ways(slices), ways(pieces), bool(recurrence.condition),
                           recurrence.must_end, [o.name for o in lifting.outputs], results)


def result_types(model, fold):
    """{output: (type, static extents)} as they follow from the inputs', whatever is declared."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for output in bare.graph.output:
        output.type.Clear()
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        bare = onnx.shape_inference.infer_shapes(bare, data_prop=True)
    if any(static_type(output) is None for output in bare.graph.output):
        bare = fold(model)
        with contextlib.suppress(Exception):
            bare = onnx.shape_inference.infer_shapes(bare, data_prop=True)
    return {output.name: static_type(output) for output in bare.graph.output if static_type(output)}


def static_type(value):
    """(element type, extents), or None where one is not known."""
    kind = value.type.tensor_type
    if not kind.elem_type or not kind.HasField("shape") or not all(d.HasField("dim_value") for d in kind.shape.dim):
        return None
    return kind.elem_type, [d.dim_value for d in kind.shape.dim]
