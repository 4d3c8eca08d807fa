"""Which numbers an integer input may have: indices must lie within what they index."""
import contextlib

import onnx

# Give their first input's numbers on, in another arrangement.
ARRANGING = {"Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Expand", "Tile",
             "Concat", "Split", "Pad"}
# Position of the indices, whether they may count from the end, and who says along which axis of input 0.
INDEXING = {"Gather": (1, True), "GatherElements": (1, True), "ScatterElements": (1, True), "Scatter": (1, True),
            "GatherND": (1, True), "ScatterND": (1, True), "OneHot": (0, False), "ReverseSequence": (1, False)}


class Range:
    """[low, high) of an input that is used as indices."""

    def __init__(self, low, high):
        self.low, self.high = low, high


def index_ranges(model):
    """{name of an input: Range}, for those that end in indices."""
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    graph = model.graph
    shapes = {i.name: list(i.dims) for i in graph.initializer}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        kind = value.type.tensor_type
        if value.type.HasField("tensor_type") and kind.HasField("shape"):
            shapes.setdefault(value.name, [d.dim_value for d in kind.shape.dim])
    takers = {}
    for node in graph.node:
        for position, name in enumerate(node.input):
            takers.setdefault(name, []).append((node, position))
    initialised = {i.name for i in graph.initializer}
    found = {}
    for value in graph.input:
        if value.name not in initialised:
            limits = list(uses(value.name, takers, shapes, set()))
            if limits:
                low = max(limit[0] for limit in limits)
                found[value.name] = Range(low, max(low + 1, min(limit[1] for limit in limits)))
    return found


def uses(name, takers, shapes, seen):
    """[low, high) of each use of a value as indices, through what only arranges it."""
    if name in seen:
        return
    seen.add(name)
    for node, position in takers.get(name, []):
        if node.op_type in INDEXING and INDEXING[node.op_type][0] == position:
            extent = indexed_extent(node, shapes)
            if extent:
                yield (-extent if INDEXING[node.op_type][1] else 0, extent)
        elif node.op_type == "EmbedLayerNormalization" and position in (0, 1):
            table = shapes.get(node.input[2 + 2 * position])
            if table and table[0]:
                yield (0, table[0])
        elif node.op_type in ARRANGING:
            for output in node.output:
                yield from uses(output, takers, shapes, seen)


def indexed_extent(node, shapes):
    """Of the shortest axis that the indices may go along."""
    data = shapes.get(node.input[0])
    axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
    if node.op_type == "OneHot":
        return 8  # beyond its depth all is off, which is legal
    if not data:
        return 0
    if node.op_type in ("GatherND", "ScatterND"):
        indices = shapes.get(node.input[1]) or [1]
        batch = next((a.i for a in node.attribute if a.name == "batch_dims"), 0)
        return min(data[batch:batch + max(1, indices[-1])], default=0)
    if node.op_type == "ReverseSequence":
        return data[next((a.i for a in node.attribute if a.name == "time_axis"), 0)]
    return data[axis] if -len(data) <= axis < len(data) else 0
