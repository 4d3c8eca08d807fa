"""LSTM, GRU and RNN step by step: the products with the inputs of all steps at once, and after it one
small product a step, which are kernels that can be tuned. Longer ones than LONGEST are left alone."""
import numpy as np

from ..errors import Refused

LONGEST = 256
DEFAULTS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}
PLAIN = {"Sigmoid", "Tanh", "Relu", "Softsign", "Softplus"}  # the same by name, without parameters


class Layer:
    """One direction of one layer: its parameters and its step."""

    def __init__(self, w, kind, names, attributes, direction):
        self.w, self.attributes, self.kind, self.hidden = w, attributes, kind, attributes["hidden_size"]
        part = lambda name: w.op("Gather", name, w.constant(np.array(direction)), axis=0) if name else None
        self.weights = w.op("Transpose", part(names[1]), perm=[1, 0])
        self.recurrence = w.op("Transpose", part(names[2]), perm=[1, 0])
        self.bias = self.split(part(names[3]), 2) if names[3] else [None, None]
        self.states = [part(name) for name in (names[5], names[6] if self.kind == "LSTM" else "")]
        self.peepholes = self.split(part(names[7]), 3) if names[7] and self.kind == "LSTM" else None
        own = [a.decode() for a in attributes.get("activations", [])]
        each = len(DEFAULTS[self.kind])
        self.activations = own[direction * each:][:each] or DEFAULTS[self.kind]

    def split(self, value, parts):
        return self.w.op("Split", value, axis=-1, outputs=parts, **self.w.split_into(parts))

    def gate(self, value, index):
        clip = self.attributes.get("clip")
        if clip is not None:
            value = self.w.op("Clip", value, *(self.w.constant(np.float32(c)) for c in (-clip, clip)))
        return self.w.op(self.activations[index], value)

    def sum(self, *values):
        values = [v for v in values if v is not None]
        result = values[0]
        for value in values[1:]:
            result = self.w.op("Add", result, value)
        return result

    def recur(self, state):
        """The product with the last step's result, bias included; at the start there may be none."""
        product = self.w.op("MatMul", state, self.recurrence) if state else None
        return self.sum(product, self.bias[1]) if product or self.bias[1] else None

    def step(self, inputs, h, c):
        return getattr(self, self.kind.lower())(inputs, h, c)

    def rnn(self, inputs, h, _):
        return self.gate(self.sum(inputs, self.recur(h)), 0), None

    def gru(self, inputs, h, _):
        w, recurrent = self.w, self.recur(h)
        parts = self.split(inputs, 3)
        if self.attributes.get("linear_before_reset", 0) or recurrent is None or h is None:
            others = self.split(recurrent, 3) if recurrent else [None] * 3
        if self.attributes.get("linear_before_reset", 0) or h is None:
            update, reset = (self.gate(self.sum(parts[i], others[i]), 0) for i in (0, 1))
            inner = w.op("Mul", reset, others[2]) if others[2] and self.attributes.get(
                "linear_before_reset", 0) else others[2]
        else:
            columns = w.op("Split", self.recurrence, axis=1, outputs=3, **w.split_into(3))
            bias = self.split(self.bias[1], 3) if self.bias[1] else [None] * 3
            update, reset = (self.gate(self.sum(parts[i], w.op("MatMul", h, columns[i]), bias[i]), 0)
                             for i in (0, 1))
            inner = self.sum(w.op("MatMul", w.op("Mul", reset, h), columns[2]), bias[2])
        new = self.gate(self.sum(parts[2], inner), 1)
        rest = w.op("Mul", w.op("Sub", w.constant(np.float32(1)), update), new)
        return self.sum(rest, w.op("Mul", update, h) if h else None), None

    def lstm(self, inputs, h, c):
        w = self.w
        # in ONNX's order: input, output, forget, cell
        i, o, f, g = self.split(self.sum(inputs, self.recur(h)), 4)
        peep = lambda at, cell: w.op("Mul", self.peepholes[at], cell) if self.peepholes and cell else None
        i = self.gate(self.sum(i, peep(0, c)), 0)
        f = (w.op("Sub", w.constant(np.float32(1)), i) if self.attributes.get("input_forget", 0)
             else self.gate(self.sum(f, peep(2, c)), 0))
        c = self.sum(w.op("Mul", f, c) if c else None, w.op("Mul", i, self.gate(g, 1)))
        o = self.gate(self.sum(o, peep(1, c)), 0)
        return w.op("Mul", o, w.op(self.activations[2], c)), c


def recurrent(node, w, attributes):
    shape = w.shape(node.input[0])
    own = {a.decode() for a in attributes.get("activations", [])}
    if shape is None or not own <= PLAIN or "hidden_size" not in attributes:
        raise Refused(node, "has activations, or sizes left open, that are not supported")
    batch_first = attributes.get("layout", 0) == 1
    steps, batch = (shape[1], shape[0]) if batch_first else shape[:2]
    lengths, peepholes = (list(node.input) + [""] * 8)[4:8:3]
    if lengths and w.value(lengths) is not None and (w.value(lengths) == steps).all():
        lengths = ""
    if steps > LONGEST:
        if lengths or peepholes or own or batch_first or {"clip", "input_forget"} & attributes.keys():
            raise Refused(node, f"is supported up to {LONGEST} steps, not {steps}, when it has lengths of its own, "
                          "peepholes, limits, activations or batches first")
        return None
    turns = {b"forward": [False], b"reverse": [True], b"bidirectional": [False, True]}
    directions = turns[attributes.get("direction", b"forward")]
    turn = lambda value, perm: w.op("Transpose", value, perm=perm) if value and batch_first else value
    names = [turn(name, [1, 0, 2]) if index in (0, 5, 6) else name
             for index, name in enumerate(list(node.input) + [""] * (8 - len(node.input)))]
    running = [w.op("Unsqueeze", w.op("Less", w.constant(np.int32(step)), lengths), w.ints(1)) if lengths else None
               for step in range(steps)]
    outputs, lasts, cells = [], [], []
    for direction, backward in enumerate(directions):
        layer = Layer(w, node.op_type, names, attributes, direction)
        inputs = layer.sum(w.op("MatMul", names[0], layer.weights), layer.bias[0])
        each = w.op("Split", inputs, axis=0, outputs=steps, **w.split_into(steps)) if steps > 1 else [inputs]
        none = w.constant(np.zeros((batch, layer.hidden), np.float32)) if lengths else None
        (h, c), results = [state or none for state in layer.states], [None] * steps
        for step in reversed(range(steps)) if backward else range(steps):
            next_ = layer.step(w.op("Squeeze", each[step], w.ints(0)), h, c)
            if lengths:  # those that have ended keep their state, and give zeros
                results[step] = w.op("Where", running[step], next_[0], none)
                h, c = (w.op("Where", running[step], new, old) if new else None
                        for new, old in zip(next_, (h, c)))
            else:
                results[step], (h, c) = next_[0], next_
        outputs.append(w.op("Unsqueeze", w.op("Concat", *(w.op("Unsqueeze", r, w.ints(0)) for r in results), axis=0),
                            w.ints(1)))
        lasts.append(w.op("Unsqueeze", h, w.ints(0)))
        cells.append(w.op("Unsqueeze", c, w.ints(0)) if c else "")
    joined = lambda parts, axis: w.op("Concat", *parts, axis=axis) if parts[0] else ""
    made = [turn(joined(outputs, 1), [2, 0, 1, 3]), turn(joined(lasts, 0), [1, 0, 2]),
            turn(joined(cells, 0), [1, 0, 2])]
    return made[:len(node.output)]
