"""Random small ONNX graphs through `alt`, untuned, beside ONNX Runtime, or onnx.reference where that cannot."""
import collections
import concurrent.futures
import pathlib
import re
import sys
import warnings

import numpy as np
import onnx
import onnx.reference
import onnxruntime
from onnx import helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/models"))
import forked  # noqa: E402

OPSET, BATCH = 17, 48
UNARY = ["Relu", "Neg", "Abs", "Tanh", "Sigmoid", "Erf", "Softplus", "Exp", "HardSwish", "Elu", "Selu", "LeakyRelu", "Identity"]
BINARY = ["Add", "Sub", "Mul", "Max", "Min"]
REDUCTIONS = ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceL2", "ReduceL1", "ReduceSumSquare", "ReduceLogSumExp"]


class Graph:
    """Nodes that are drawn, each of the value that the last one made."""

    def __init__(self, rng):
        self.rng, self.nodes, self.constants, self.inputs = rng, [], [], []
        self.last = self.input([self.extent() for _ in range(rng.integers(1, 5))])
        for _ in range(rng.integers(1, 7)):
            shape = self.last[1]
            able = [draw for draw, ranks in DRAWS if len(shape) in ranks and np.prod(shape) < 20000]
            if able:
                able[rng.integers(len(able))](self, *self.last)

    def extent(self):
        return int(self.rng.choice([1, 2, 3, 4, 5, 7, 8, 11, 16]))

    def input(self, shape):
        name = f"x{len(self.inputs)}"
        self.inputs.append((name, self.rng.standard_normal(shape).astype(np.float32)))
        return name, list(shape)

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, *shape):
        return self.constant(self.rng.standard_normal(shape).astype(np.float32))

    def node(self, op, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        trial = self.model()
        shape = onnx.shape_inference.infer_shapes(trial, strict_mode=True, data_prop=True).graph.output[0].type.tensor_type.shape
        self.last = name, [d.dim_value for d in shape.dim]

    def model(self):
        output = helper.make_tensor_value_info(self.nodes[-1].output[0], 1, None)
        values = [helper.make_tensor_value_info(name, 1, value.shape) for name, value in self.inputs]
        return helper.make_model(helper.make_graph(self.nodes, "g", values, [output], self.constants), ir_version=9,
                                 opset_imports=[helper.make_opsetid("", OPSET)])


def choose(g, *values):
    return values[g.rng.integers(len(values))]


def unary(g, x, shape):
    g.node(choose(g, *UNARY), [x])


def binary(g, x, shape):
    other = [d if g.rng.random() < 0.7 else 1 for d in shape][g.rng.integers(len(shape)):]
    y = g.weight(*other) if g.rng.random() < 0.5 else g.input(other)[0]
    g.node(choose(g, *BINARY), [x, y] if g.rng.random() < 0.5 else [y, x])


def clip(g, x, shape):
    low, high = g.constant(np.float32(-0.5)), g.constant(np.float32(0.75))
    g.node("Clip", choose(g, [x, low, high], [x, low], [x, "", high]))


def reduction(g, x, shape):
    axes = sorted(int(a) for a in g.rng.choice(len(shape), g.rng.integers(1, len(shape) + 1), replace=False))
    g.node(choose(g, *REDUCTIONS), [x], axes=[a - len(shape) if g.rng.random() < 0.3 else a for a in axes],
           keepdims=int(g.rng.integers(2)))


def pad(g, x, shape):
    low, high = g.rng.integers(-2, 4, len(shape)), g.rng.integers(-2, 4, len(shape))
    mode = choose(g, "constant", "constant", "reflect", "edge")
    for axis, extent in enumerate(shape):
        kept = extent + min(0, low[axis]) + min(0, high[axis])
        if kept < 1 or g.rng.random() < 0.4 or mode == "reflect" and max(low[axis], high[axis]) >= kept:
            low[axis] = high[axis] = 0
    value = [g.constant(np.float32(1.5))] if mode == "constant" and g.rng.random() < 0.5 else []
    g.node("Pad", [x, g.constant(np.concatenate([low, high]).astype(np.int64)), *value], mode=mode)


def slices(g, x, shape):
    starts, ends, steps = [], [], []
    for extent in shape:
        start = int(g.rng.integers(extent))
        backwards = g.rng.random() < 0.2
        starts.append(start)
        ends.append(-extent - 1 if backwards else int(g.rng.integers(start + 1, extent + 3)))
        steps.append(-int(g.rng.integers(1, 3)) if backwards else int(g.rng.integers(1, 4)))
    ints = [g.constant(np.array(v, np.int64)) for v in (starts, ends, range(len(shape)), steps)]
    g.node("Slice", [x, *ints])


def concat(g, x, shape):
    axis = int(g.rng.integers(len(shape)))
    other = list(shape)
    other[axis] = g.extent()
    y = g.input(other)[0]
    g.node("Concat", choose(g, [x, y], [y, x], [x, y, x]), axis=axis)


def transpose(g, x, shape):
    g.node("Transpose", [x], perm=[int(d) for d in g.rng.permutation(len(shape))])


def reshape(g, x, shape):
    wanted = choose(g, [-1], [0, -1], [1, -1], [-1, 1, int(shape[-1])])
    g.node("Reshape", [x, g.constant(np.array(wanted, np.int64))])


def matmul(g, x, shape):
    wide = g.extent()
    g.node("MatMul", [x, g.weight(shape[-1], wide)])


def gemm(g, x, shape):
    wide, turned, other = g.extent(), int(g.rng.integers(2)), int(g.rng.integers(2))
    k, m = (shape[0], shape[1]) if turned else (shape[1], shape[0])
    bias = choose(g, [], [g.weight(wide)], [g.weight(m, 1)])
    g.node("Gemm", [x, g.weight(*((wide, k) if other else (k, wide))), *bias], transA=turned, transB=other,
           alpha=choose(g, 1.0, 0.5), beta=choose(g, 1.0, 2.0))


def window(g, shape):
    """Attributes of a window that fits."""
    spatial = shape[2:]
    dilations = [int(g.rng.integers(1, 3)) for _ in spatial]
    taps = [int(g.rng.integers(1, max(2, min(4, (n - 1) // d + 2)))) for n, d in zip(spatial, dilations)]
    pads = [int(g.rng.integers(0, t)) for t in taps] + [int(g.rng.integers(0, t)) for t in taps]
    return taps, {"kernel_shape": taps, "strides": [int(g.rng.integers(1, 4)) for _ in spatial], "pads": pads}, dilations


def conv(g, x, shape):
    taps, attributes, dilations = window(g, shape)
    group = choose(g, 1, 1, shape[1])
    filters = group * int(g.rng.integers(1, 4))
    bias = [g.weight(filters)] if g.rng.random() < 0.5 else []
    g.node("Conv", [x, g.weight(filters, shape[1] // group, *taps), *bias], group=group, dilations=dilations, **attributes)


def pool(g, x, shape):
    _, attributes, dilations = window(g, shape)
    if g.rng.random() < 0.5:
        g.node("MaxPool", [x], dilations=dilations, **attributes)
    else:
        g.node("AveragePool", [x], count_include_pad=int(g.rng.integers(2)), **attributes)


def softmax(g, x, shape):
    g.node(choose(g, "Softmax", "LogSoftmax"), [x], axis=int(g.rng.integers(-len(shape), len(shape))))


def norm(g, x, shape):
    channels = [np.abs(g.rng.standard_normal(shape[1])).astype(np.float32) + 0.1 for _ in range(4)]
    g.node("BatchNormalization", [x, *(g.constant(c) for c in channels)])


def layer_norm(g, x, shape):
    g.node("LayerNormalization", [x, g.weight(shape[-1]), g.weight(shape[-1])], axis=-1)


def gather(g, x, shape):
    axis = int(g.rng.integers(len(shape)))
    places = g.rng.integers(-shape[axis], shape[axis], g.rng.integers(1, 4, g.rng.integers(1, 3)))
    g.node("Gather", [x, g.constant(places.astype(np.int64))], axis=axis)


def tile(g, x, shape):
    g.node("Tile", [x, g.constant(g.rng.integers(1, 3, len(shape)).astype(np.int64))])


def where(g, x, shape):
    mask = g.constant(g.rng.random(shape) < 0.5)
    g.node("Where", [mask, x, g.weight(*[d if g.rng.random() < 0.7 else 1 for d in shape])])


ANY = range(1, 6)
DRAWS = [(unary, ANY), (unary, ANY), (binary, ANY), (binary, ANY), (clip, ANY), (reduction, range(2, 6)), (pad, ANY), (slices, ANY),
         (concat, ANY), (transpose, range(2, 6)), (reshape, ANY), (matmul, range(2, 5)), (gemm, [2]), (conv, [3, 4]), (conv, [3, 4]),
         (pool, [3, 4]), (softmax, ANY), (norm, range(2, 5)), (layer_norm, range(2, 5)), (gather, range(1, 5)),
         (tile, range(1, 5)), (where, ANY)]


def drawn(seed):
    """A graph that ONNX's own inference takes, or None."""
    try:
        graph = Graph(np.random.default_rng(seed))
        return graph if graph.nodes and all(graph.last[1]) else None
    except (onnx.shape_inference.InferenceError, ValueError):
        return None


def expected(model, feeds):
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, feeds)[0]
    except Exception:  # ONNX Runtime's kinds are many
        try:
            return np.asarray(onnx.reference.ReferenceEvaluator(model).run(None, feeds)[0])
        except Exception:
            return None


def shortened(graph, count):
    """The same graph up to so many nodes."""
    model = graph.model()
    del model.graph.node[count:]
    model.graph.output[0].name = model.graph.node[-1].output[0]
    used = {name for node in model.graph.node for name in node.input}
    for field in (model.graph.input, model.graph.initializer):
        kept = [value for value in field if value.name in used]
        del field[:]
        field.extend(kept)
    return model


def minimised(alt, graph):
    """The shortest beginning that differs, with its inputs."""
    feeds = dict(graph.inputs)
    for count in range(1, len(graph.nodes) + 1):
        model = shortened(graph, count)
        given = {v.name: feeds[v.name] for v in model.graph.input}
        wanted, got = expected(model, given), forked.outcome(alt, model, list(given.values()))
        if wanted is not None and got.kind == "ran" and forked.difference(got.results[0], wanted):
            break
    return model, given


def check(alt, count, seed, found, jobs):
    """Counts of what became of `count` graphs; reproducers in `found`."""
    warnings.filterwarnings("ignore")
    cases, number = {}, 0
    while len(cases) < count:
        number += 1
        graph = drawn([seed, number])
        wanted = graph and expected(graph.model(), dict(graph.inputs))
        if wanted is not None and wanted.size:
            cases[f"g{number}"] = graph, wanted
    names = list(cases)
    batches = [[(name, cases[name][0].model(), [v for _, v in cases[name][0].inputs]) for name in names[at:at + BATCH]]
               for at in range(0, len(names), BATCH)]
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        done = {name: outcome for part in pool.map(forked.outcomes, [str(alt)] * len(batches), batches) for name, outcome in part.items()}
    refused, differing = collections.Counter(), 0
    for name, (graph, wanted) in cases.items():
        outcome = done[name]
        why = outcome.said if outcome.kind == "crashed" else None
        if outcome.kind == "refused":
            refused[re.sub(r"\d+|'[^']*'", "", outcome.said)[-100:]] += 1
        elif outcome.kind == "ran":
            why = forked.difference(outcome.results[0], wanted)
        if why:
            differing += 1
            model, given = minimised(str(alt), graph)
            found.mkdir(parents=True, exist_ok=True)
            onnx.save(model, found / f"{name}.onnx")
            np.savez(found / f"{name}.npz", **given)
            print(f"{found / name}.onnx: {' '.join(n.op_type for n in model.graph.node)}: {why}", flush=True)
    return {"graphs": len(cases), "refused": sum(refused.values()), "differing": differing, "reasons": dict(refused)}
