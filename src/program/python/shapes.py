"""The sizes of a model's inputs: all of them must be known."""
from onnx import TensorProto, helper

from refusal import fail

ELEMENT_TYPES = {
    TensorProto.FLOAT: "f32", TensorProto.DOUBLE: "f64", TensorProto.BOOL: "i1",
    TensorProto.INT8: "i8", TensorProto.INT32: "i32", TensorProto.INT64: "i64",
    TensorProto.BFLOAT16: "bf16",
}


def dims_of(value):
    return [d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None
            for d in value.type.tensor_type.shape.dim]


def show(dims, value):
    names = [d.dim_param or "?" for d in value.type.tensor_type.shape.dim]
    return "x".join(str(d) if d else n for d, n in zip(dims, names)) or "scalar"


def pin_shapes(model, path, bindings):
    """Gives every dynamic input the sizes of its --shape, and forgets what was inferred before."""
    from difflib import get_close_matches
    initialised = {i.name for i in model.graph.initializer}
    real = [v for v in model.graph.input if v.name not in initialised]
    del model.graph.input[:]
    model.graph.input.extend(real)
    real = model.graph.input
    names = [v.name for v in real]
    for name in bindings:
        if name not in names:
            near = get_close_matches(name, names, 1, 0.5)
            hint = f"did you mean '{near[0]}'?" if near else "its inputs are " + ", ".join(
                f"'{n}'" for n in names) + "."
            fail("usage", f"--shape {name}: {path} has no input of that name; {hint}")
    for value in real:
        if not value.type.HasField("tensor_type"):
            fail("unsupported", f"{path}: input '{value.name}' is not a tensor.")
        kind = value.type.tensor_type.elem_type
        if kind not in ELEMENT_TYPES:
            fail("unsupported", f"{path}: input '{value.name}' has the element type "
                 f"{TensorProto.DataType.Name(kind).lower()}, which is not supported.")
        known = value.type.tensor_type.HasField("shape")
        dims, wanted = dims_of(value), bindings.get(value.name)
        if wanted is None:
            if not known or None in dims:
                shape = show(dims, value) if known else "unknown"
                fail("invalidInput", f"{path}: input '{value.name}' has a dynamic shape ({shape}): "
                     f"give its sizes with --shape {value.name}=" +
                     "x".join(str(d or "N") for d in dims) + ".")
            continue
        if known and len(wanted) != len(dims):
            fail("usage", f"--shape {value.name}={'x'.join(map(str, wanted))}: {path} has "
                 f"{len(dims)} dimensions there ({show(dims, value)}), not {len(wanted)}.")
        for have, want in zip(dims, wanted):
            if have and have != want:
                fail("usage", f"--shape {value.name}={'x'.join(map(str, wanted))}: {path} fixes "
                     f"that input to {show(dims, value)}.")
        value.CopyFrom(helper.make_tensor_value_info(value.name, kind, wanted))
    if bindings:  # what was recorded for the dynamic sizes is stale now
        del model.graph.value_info[:]
        for output in model.graph.output:
            for dim in output.type.tensor_type.shape.dim:
                dim.Clear()
