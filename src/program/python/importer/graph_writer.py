"""Rewriting an ONNX graph node by node: a decomposition takes a node and gives its results' names, or None to leave it be."""
import contextlib
import itertools

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import Refused, full_name


class Writer:
    """Shapes and constants of a model, and the nodes that are written into it."""

    def __init__(self, model):
        self.model, self.nodes, self.numbers = model, [], itertools.count()
        self.opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
        self.constants = {i.name: i for i in model.graph.initializer}
        self.types = {v.name: v.type.tensor_type for v in
                      [*model.graph.value_info, *model.graph.input, *model.graph.output]}

    def shape(self, name):
        """Static extents, or None."""
        if name in self.constants:
            return list(self.constants[name].dims)
        if name not in self.types or not self.types[name].HasField("shape"):
            return None
        dims = self.types[name].shape.dim
        return [d.dim_value for d in dims] if all(d.HasField("dim_value") for d in dims) else None

    def element(self, name):
        return (self.constants[name].data_type if name in self.constants
                else self.types[name].elem_type if name in self.types else TensorProto.UNDEFINED)

    def value(self, name):
        """The numbers of a constant, or None."""
        return numpy_helper.to_array(self.constants[name]) if name in self.constants else None

    def constant(self, array, like=None):
        array = np.asarray(array)
        if like is not None:
            array = array.astype(helper.tensor_dtype_to_np_dtype(self.element(like)))
        name = f"{self.prefix}.c{next(self.numbers)}"
        self.model.graph.initializer.append(numpy_helper.from_array(array, name))
        self.constants[name] = self.model.graph.initializer[-1]
        return name

    def split_into(self, parts):
        """What a Split into equal parts is told, which changed with set 18."""
        return {"num_outputs": parts} if self.opset >= 18 else {}

    def reduce(self, kind, value, *axes, keepdims=0):
        """Over those axes, which became an input with set 18 (of sums 13)."""
        if self.opset >= (13 if kind == "ReduceSum" else 18):
            return self.op(kind, value, self.ints(*axes), keepdims=keepdims)
        return self.op(kind, value, axes=axes, keepdims=keepdims)

    def ints(self, *numbers):
        return self.constant(np.array(numbers, np.int64))

    def op(self, kind, *inputs, outputs=1, **attributes):
        made = [f"{self.prefix}.v{next(self.numbers)}" for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, f"{self.prefix}.{kind}", **attributes))
        return made[0] if outputs == 1 else made

    def known_type(self, name):
        return self.element(name) != TensorProto.UNDEFINED

    def is_integer(self, name):
        return self.known_type(name) and np.issubdtype(helper.tensor_dtype_to_np_dtype(self.element(name)), np.integer)

    def axes(self, node, attributes):
        """Those that a reduction is over, from 0 on; None when they are not known."""
        shape, given = self.shape(node.input[0]), attributes.get("axes")
        if shape is None:
            return None
        if len(node.input) > 1 and node.input[1]:
            if self.value(node.input[1]) is None:
                return None
            given = self.value(node.input[1]).reshape(-1).tolist()
        if not given:
            return [] if attributes.get("noop_with_empty_axes", 0) else list(range(len(shape)))
        return sorted({axis % len(shape) for axis in given})

    def unsqueezed(self, value, axis, extents):
        """With one more dimension; its extents are known from then on."""
        made = self.op("Unsqueeze", value, self.ints(axis))
        self.types[made] = helper.make_tensor_type_proto(self.element(value), extents).tensor_type
        return made

    def constants_of(self, names):
        """Their numbers where all are known, or None."""
        values = [self.value(name) for name in names]
        return None if any(v is None for v in values) else values


def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def spell(model, writers):
    """Rewrites what `writers` know, also in what was written, but for the operators that it was written for; True when
    anything was."""
    changed, written = spell_once(model, writers)
    while written & writers.keys():
        with contextlib.suppress(Exception):  # onnx has several kinds of its own
            model.CopyFrom(onnx.shape_inference.infer_shapes(model, data_prop=True))
        written = spell_once(model, writers)[1]
    return changed


def spell_once(model, writers):
    """Whether anything was rewritten, and the operators that were written and may have to be rewritten, too."""
    writer, open_, changed = Writer(model), set(), False
    for node in model.graph.node:
        results, before = None, len(writer.nodes)
        if full_name(node) in writers and node.op_type not in written_for(node):
            writer.prefix = f"{node.name or node.op_type}.{node.output[0]}"
            results = writers[full_name(node)](node, writer, attributes_of(node))
        if results is None:
            del writer.nodes[before:]
            writer.nodes.append(node)
            continue
        changed = True
        named = {made: wanted for made, wanted in zip(results, node.output) if made and wanted}
        for made in writer.nodes[before:]:
            made.output[:] = [named.get(o, o) for o in made.output]
            made.input[:] = [named.get(i, i) for i in made.input]
            made.doc_string = WRITTEN_FOR + " ".join({*written_for(node), node.op_type})
            if made.op_type not in written_for(made):
                open_.add(made.op_type)
    if changed:
        del model.graph.node[:]
        model.graph.node.extend(writer.nodes)
    return changed, open_


WRITTEN_FOR = "written for "


def written_for(node):
    """The operators whose decompositions it comes from."""
    return node.doc_string.removeprefix(WRITTEN_FOR).split() if node.doc_string.startswith(WRITTEN_FOR) else []


def refused_where(condition, reason):
    def write(node, w, attributes):
        if condition(node, w, attributes):
            raise Refused(node, reason)
    return write
