"""Rewriting an ONNX graph node by node: a decomposition takes a node and gives its results' names, or None to leave it be."""
import itertools

import numpy as np
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
        """Over those axes, which became an input with set 18."""
        if self.opset >= 18:
            return self.op(kind, value, self.ints(*axes), keepdims=keepdims)
        return self.op(kind, value, axes=axes, keepdims=keepdims)

    def ints(self, *numbers):
        return self.constant(np.array(numbers, np.int64))

    def op(self, kind, *inputs, outputs=1, **attributes):
        made = [f"{self.prefix}.v{next(self.numbers)}" for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, f"{self.prefix}.{kind}", **attributes))
        return made[0] if outputs == 1 else made

    def constants_of(self, names):
        """Their numbers where all are known, or None."""
        values = [self.value(name) for name in names]
        return None if any(v is None for v in values) else values


def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def spell(model, writers):
    """Rewrites what `writers` know; True when anything was."""
    writer, changed = Writer(model), False
    for node in model.graph.node:
        results, before = None, len(writer.nodes)
        if full_name(node) in writers:
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
    if changed:
        del model.graph.node[:]
        model.graph.node.extend(writer.nodes)
    return changed


def refused_where(condition, reason):
    def write(node, w, attributes):
        if condition(node, w, attributes):
            raise Refused(node, reason)
    return write
