"""Scans of a known length, a step after the other; a longer one than LONGEST is left alone."""
import onnx
from onnx import helper, numpy_helper
import numpy as np

from branches import inlined

LONGEST = 256


def unroll(model):
    """The model without Scans whose lengths are known, inner ones included."""
    while any(node.op_type == "Scan" for node in model.graph.node):
        try:
            known = onnx.shape_inference.infer_shapes(model, data_prop=True)
        except Exception:  # onnx has several kinds of its own
            return model
        shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
                  for v in [*known.graph.value_info, *known.graph.input]}
        shapes.update((i.name, list(i.dims)) for i in known.graph.initializer)
        nodes, changed = [], False
        for node in model.graph.node:
            steps = unrolled(node, shapes, model.graph.initializer) if node.op_type == "Scan" else None
            changed |= steps is not None
            nodes += [node] if steps is None else steps
        if not changed:
            return model
        del model.graph.node[:]
        model.graph.node.extend(nodes)
    return model


def unrolled(node, shapes, initialisers):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    body, count = attributes["body"], attributes["num_scan_inputs"]
    states, scanned = list(node.input[:-count]), node.input[-count:]
    results = node.output[len(states):]
    axes = attributes.get("scan_input_axes", [0] * count)
    back = attributes.get("scan_input_directions", [0] * count)
    ends = attributes.get("scan_output_directions", [0] * len(results))
    out_axes = attributes.get("scan_output_axes", [0] * len(results))
    extents = {shapes[name][axis] for name, axis in zip(scanned, axes) if shapes.get(name)}
    if len(extents) != 1 or not 0 < max(extents) <= LONGEST:
        return None
    length, nodes, prefix = extents.pop(), [], node.output[0]
    pieces = [[] for _ in results]
    for step in range(length):
        here = f"{prefix}.{step}"
        given = dict(zip([v.name for v in body.input], states))
        for value, name, axis, reverse in zip(body.input[len(states):], scanned, axes, back):
            place = numpy_helper.from_array(np.array(length - 1 - step if reverse else step), f"{here}.at.{value.name}")
            initialisers.append(place)
            given[value.name] = f"{here}.{value.name}"
            nodes.append(helper.make_node("Gather", [name, place.name], [given[value.name]], axis=axis))
        outputs = [f"{here}.out{index}" for index in range(len(body.output))]
        made, constants = inlined(here, body, outputs, given)
        nodes += made
        initialisers.extend(constants)
        states = outputs[:len(states)]
        for piece, output, axis in zip(pieces, outputs[len(states):], out_axes):
            at = numpy_helper.from_array(np.array([axis]), f"{output}.axis")
            initialisers.append(at)
            nodes.append(helper.make_node("Unsqueeze", [output, at.name], [f"{output}.piece"]))
            piece.append(f"{output}.piece")
    for name, state in zip(node.output, states):
        nodes.append(helper.make_node("Identity", [state], [name]))
    for name, piece, axis, reverse in zip(results, pieces, out_axes, ends):
        nodes.append(helper.make_node("Concat", piece[::-1] if reverse else piece, [name], axis=axis))
    return [n for n in nodes if n.output[0]]
