"""Operators as the functions of simpler ones that ONNX defines them to be, and functions that a model defines itself."""
import itertools

import onnx
import onnx.inliner
from onnx import helper

from .subgraphs import renamed

ONNX = ("", "ai.onnx")
PREVIEW = "ai.onnx.preview"  # all of whose operators are functions


def inline_local(model):
    """The model without functions of its own."""
    if not model.functions:
        return model
    defaults = {(f.domain, f.name): f.attribute_proto for f in model.functions}
    for nodes in (model.graph.node, *(f.node for f in model.functions)):
        with_defaults(nodes, defaults)
    return onnx.inliner.inline_local_functions(model, convert_version=True)


def with_defaults(nodes, defaults):
    """The inliner leaves out attributes that a call does not give."""
    for node in nodes:
        given = {a.name for a in node.attribute}
        node.attribute.extend(a for a in defaults.get((node.domain, node.op_type), ()) if a.name not in given)
        for attribute in node.attribute:
            with_defaults(attribute.g.node, defaults)


def expand(model, kinds):
    """The model with these operators as their functions, or None when nothing changes (no such operator, no function
    that can be used at the model's version)."""
    if not any(is_one_of(node, kinds) for node in model.graph.node):
        return None
    opset, types, nodes, changed = opset_of(model), types_of(model), [], False
    for number, node in enumerate(model.graph.node):
        body = function_of(node, opset, types) if is_one_of(node, kinds) else None
        nodes += [node] if body is None else inlined(node, body, f"{node.name or node.op_type}.{number}")
        changed |= body is not None
    if not changed:
        return None
    expanded = onnx.ModelProto()
    expanded.CopyFrom(model)
    del expanded.graph.node[:]
    expanded.graph.node.extend(nodes)
    return expand(expanded, kinds) or expanded  # functions use others


def is_one_of(node, kinds):
    return node.domain in ONNX and node.op_type in kinds or node.domain == PREVIEW


def opset_of(model):
    return max((o.version for o in model.opset_import if o.domain in ONNX), default=1)


def types_of(model):
    known = onnx.shape_inference.infer_shapes(model)
    types = {v.name: v.type for v in [*known.graph.value_info, *known.graph.input, *known.graph.output]}
    types.update((i.name, helper.make_tensor_type_proto(i.data_type, i.dims)) for i in known.graph.initializer)
    return types


def function_of(node, opset, types):
    """The function of this node, or None."""
    domain = PREVIEW if node.domain == PREVIEW else ""
    limit = 1 if domain else opset
    if not onnx.defs.has(node.op_type, limit, domain):
        return None
    schema = onnx.defs.get_schema(node.op_type, limit, domain)
    body = onnx.FunctionProto()
    for version in usable(schema.context_dependent_function_opset_versions, opset):
        given = [types.get(name, onnx.TypeProto()) for name in node.input]
        text = schema.get_context_dependent_function_with_opset_version(
            version, node.SerializeToString(), [t.SerializeToString() for t in given])
        if text:
            body.ParseFromString(text)
            return with_attributes(body, node, schema) if means_the_same(body, version, opset) else None
    for version in usable(schema.function_opset_versions, opset):
        text = schema.get_function_with_opset_version(version)
        if text:
            body.ParseFromString(text)
            return with_attributes(body, node, schema) if means_the_same(body, version, opset) else None
    return None


def usable(versions, opset):
    """The newest that the model's version allows first, then those after it."""
    return sorted(versions, key=lambda v: (v > opset, abs(opset - v)))


def means_the_same(body, version, opset):
    """A function of a newer set may be used where all of its operators are as they were."""
    since = lambda kind, limit: onnx.defs.has(kind, max_inclusive_version=limit) and onnx.defs.get_schema(kind, limit).since_version
    return version <= opset or all(since(n.op_type, version) == since(n.op_type, opset) for n in body.node)


def with_attributes(body, node, schema):
    """The body with the node's attributes, or their defaults, where it refers to them."""
    given = {a.name: a for a in node.attribute}
    for name, attribute in schema.attributes.items():
        if attribute.default_value.name:
            given.setdefault(name, attribute.default_value)
    for inner in body.node:
        kept = []
        for attribute in inner.attribute:
            if not attribute.ref_attr_name:
                kept.append(attribute)
            elif attribute.ref_attr_name in given:
                kept.append(onnx.AttributeProto())
                kept[-1].CopyFrom(given[attribute.ref_attr_name])
                kept[-1].name = attribute.name
        del inner.attribute[:]
        inner.attribute.extend(kept)
    return body


def inlined(node, body, prefix):
    names = {"": ""}
    names.update(itertools.zip_longest(body.input, node.input[:len(body.input)], fillvalue=""))
    names.update((inner, outer) for inner, outer in zip(body.output, node.output) if outer)
    for made in {name for n in body.node for name in n.output} - set(names):
        names[made] = f"{prefix}.{made}"
    nodes = [renamed(n, names) for n in body.node]
    for made in nodes:
        made.name = f"{prefix}.{made.op_type}"
    return nodes
