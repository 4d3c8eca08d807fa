"""LSTM, GRU and RNN as a Scan: the products with the inputs of all steps at once before it, and in each step a small product
with what the last one left."""
import numpy as np
from onnx import helper

from ..errors import Refused

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
DEFAULTS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}
PLAIN = {"Sigmoid", "Tanh", "Relu", "Softsign", "Softplus"}  # the same by name, without parameters


class Layer:
    """One direction of one layer: its parameters, the Scan's inputs, and what a step does."""

    def __init__(self, w, kind, names, attributes, direction, batch):
        self.w, self.attributes, self.kind, self.direction = w, attributes, kind, direction
        self.hidden, self.batch = attributes["hidden_size"], batch
        self.linear = attributes.get("linear_before_reset", 0) == 1
        own = [a.decode() for a in attributes.get("activations", [])]
        each = len(DEFAULTS[kind])
        self.activations = own[direction * each:][:each] or DEFAULTS[kind]
        gates = list(range(GATES[kind]))
        # Gates of one row lie one after the other, so that one product serves them; of more rows they would be strided.
        together = batch == 1 and self.hidden % 16 == 0
        recurrent = [gates[:2], gates[2:]] if kind == "GRU" and not self.linear else [gates]
        self.groups = [gates] if together else [[gate] for gate in gates]
        self.recurrent_groups = recurrent if together else self.groups
        self.weights = self.matrices(names[1], self.groups)
        self.recurrence = self.matrices(names[2], self.recurrent_groups)
        self.input_bias, self.recurrent_bias = self.biases(names[3]) if names[3] else (None, None)
        self.peepholes = self.rows(names[7], 3) if names[7] and kind == "LSTM" else None
        self.states = [self.part(name) or w.constant(np.zeros((batch, self.hidden), np.float32))
                       for name in names[5:7 if kind == "LSTM" else 6]]

    def part(self, name):
        return self.w.op("Gather", name, self.w.constant(np.array(self.direction)), axis=0) if name else None

    def rows(self, name, count):
        """Vectors of one direction, [hidden] each."""
        known = self.w.value(name)
        if known is not None:
            return [self.w.constant(row) for row in known[self.direction].reshape(count, self.hidden)]
        return self.w.op("Split", self.part(name), axis=0, outputs=count, **self.w.split_into(count))

    def matrices(self, name, groups):
        """The gates' matrices of one direction, transposed, those of a group beside each other."""
        known, count = self.w.value(name), GATES[self.kind]
        if known is not None:
            gates = known[self.direction].reshape(count, self.hidden, -1)
            return [self.w.constant(np.concatenate([gates[gate] for gate in group]).T.copy()) for group in groups]
        gates = self.w.op("Split", self.part(name), axis=0, outputs=count, **self.w.split_into(count)) if count > 1 else [self.part(name)]
        return [self.w.op("Transpose", self.w.op("Concat", *(gates[gate] for gate in group), axis=0), perm=[1, 0])
                for group in groups]

    def biases(self, name):
        """Of each group of the input's products, and the one that stays in the step or None: what a reset gate multiplies."""
        w, count = self.w, GATES[self.kind]
        rows = self.rows(name, 2 * count)
        stays = self.kind == "GRU" and self.linear
        sums = [row if stays and gate == 2 else w.op("Add", row, rows[count + gate]) for gate, row in enumerate(rows[:count])]
        return [w.op("Concat", *(sums[gate] for gate in group), axis=0) for group in self.groups], rows[-1] if stays else None

    def inputs(self, x):
        """[steps, batch, hidden] of every gate, or of all in one."""
        products = [self.w.op("MatMul", x, weights) for weights in self.weights]
        return [self.w.op("Add", *pair) for pair in zip(products, self.input_bias)] if self.input_bias else products

    def gates_of(self, values, groups):
        """One value a gate, of values a group."""
        split = lambda value, count: [value] if count == 1 else self.w.op("Split", value, axis=-1, outputs=count, **self.w.split_into(count))
        return [gate for value, group in zip(values, groups) for gate in split(value, len(group))]

    def recur(self, state):
        return [self.w.op("MatMul", state, matrix) for matrix in self.recurrence]

    def gate(self, value, index):
        clip = self.attributes.get("clip")
        if clip is not None:
            value = self.w.op("Clip", value, *(self.w.constant(np.float32(c)) for c in (-clip, clip)))
        return self.w.op(self.activations[index], value)

    def step(self, inputs, states):
        """New states, the first of which is the step's result."""
        return getattr(self, self.kind.lower())(inputs, *states)

    def sums(self, inputs, state):
        return self.gates_of([self.w.op("Add", *pair) for pair in zip(inputs, self.recur(state))], self.groups)

    def rnn(self, inputs, h):
        return [self.gate(self.sums(inputs, h)[0], 0)]

    def gru(self, inputs, h):
        w, groups = self.w, self.recurrent_groups
        x = self.gates_of(inputs, self.groups)
        if self.linear:
            recurrent = self.gates_of(self.recur(h), groups)
            inner = w.op("Add", recurrent[2], self.recurrent_bias) if self.recurrent_bias else recurrent[2]
        else:
            recurrent = self.gates_of([w.op("MatMul", h, m) for m in self.recurrence[:-1]], groups[:-1])
        update, reset = (self.gate(w.op("Add", x[i], recurrent[i]), 0) for i in (0, 1))
        inner = w.op("Mul", reset, inner) if self.linear else w.op("MatMul", w.op("Mul", reset, h), self.recurrence[-1])
        new = self.gate(w.op("Add", x[2], inner), 1)
        rest = w.op("Mul", w.op("Sub", w.constant(np.float32(1)), update), new)
        return [w.op("Add", rest, w.op("Mul", update, h))]

    def lstm(self, inputs, h, c):
        w = self.w
        i, o, f, g = self.sums(inputs, h)  # in ONNX's order: input, output, forget, cell
        peep = lambda value, at, cell: w.op("Add", value, w.op("Mul", self.peepholes[at], cell)) if self.peepholes else value
        i = self.gate(peep(i, 0, c), 0)
        f = (w.op("Sub", w.constant(np.float32(1)), i) if self.attributes.get("input_forget", 0)
             else self.gate(peep(f, 2, c), 0))
        c = w.op("Add", w.op("Mul", f, c), w.op("Mul", i, self.gate(g, 1)))
        o = self.gate(peep(o, 1, c), 0)
        return [w.op("Mul", o, w.op(self.activations[2], c)), c]


def scan(w, layer, x, running, backward):
    """[the results of all steps, the last states]."""
    sequences = layer.inputs(x) + ([running] if running else [])
    before = len(w.nodes)
    fresh = lambda count: [f"{w.prefix}.b{next(w.numbers)}" for _ in range(count)]
    states, slices = fresh(len(layer.states)), fresh(len(sequences))
    new = layer.step(slices[:len(slices) - bool(running)], states)
    result = new[0]
    if running:  # those that have ended keep their state, and give zeros
        result = w.op("Where", slices[-1], new[0], w.constant(np.zeros((layer.batch, layer.hidden), np.float32)))
        new = [w.op("Where", slices[-1], *pair) for pair in zip(new, states)]
    result = w.op("Identity", result)
    body = helper.make_graph(w.nodes[before:], "step", [helper.make_empty_tensor_value_info(n) for n in states + slices],
                             [helper.make_empty_tensor_value_info(n) for n in [*new, result]])
    del w.nodes[before:]
    *last, results = w.op("Scan", *layer.states, *sequences, outputs=len(new) + 1, body=body, num_scan_inputs=len(sequences),
                          scan_input_directions=[int(backward)] * len(sequences), scan_output_directions=[int(backward)])
    return results, last


def recurrent(node, w, attributes):
    shape = w.shape(node.input[0])
    own = {a.decode() for a in attributes.get("activations", [])}
    if shape is None:
        return None
    if not own <= PLAIN or "hidden_size" not in attributes:
        raise Refused(node, "has activations, or sizes left open, that are not supported")
    batch_first = attributes.get("layout", 0) == 1
    steps, batch = (shape[1], shape[0]) if batch_first else shape[:2]
    names = list(node.input) + [""] * (8 - len(node.input))
    turn = lambda value, perm: w.op("Transpose", value, perm=perm) if value and batch_first else value
    lengths = names[4]
    names = [turn(name, [1, 0, 2]) if index in (0, 5, 6) else name for index, name in enumerate(names)]
    if lengths and w.value(lengths) is not None and (w.value(lengths) == steps).all():
        lengths = ""
    running = lengths and w.op("Less", w.constant(np.arange(steps, dtype=np.int32).reshape(-1, 1, 1)), w.op("Unsqueeze", lengths, w.ints(1)))
    outputs, lasts = [], []
    turns = {b"forward": [False], b"reverse": [True], b"bidirectional": [False, True]}
    for direction, backward in enumerate(turns[attributes.get("direction", b"forward")]):
        layer = Layer(w, node.op_type, names, attributes, direction, batch)
        results, last = scan(w, layer, names[0], running, backward)
        outputs.append(w.op("Unsqueeze", results, w.ints(1)))
        lasts.append([w.op("Unsqueeze", state, w.ints(0)) for state in last])
    joined = lambda parts, axis: w.op("Concat", *parts, axis=axis)
    made = [turn(joined(outputs, 1), [2, 0, 1, 3]), *(turn(joined(states, 0), [1, 0, 2]) for states in zip(*lasts))]
    return made[:len(node.output)]
