"""The sizes of a model's inputs: all of them must be known."""
import contextlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import fail

ELEMENT_TYPES = {
    TensorProto.FLOAT: "f32", TensorProto.DOUBLE: "f64", TensorProto.BOOL: "i1",
    TensorProto.INT8: "i8", TensorProto.INT16: "i16", TensorProto.INT32: "i32", TensorProto.INT64: "i64",
    TensorProto.UINT8: "u8", TensorProto.UINT16: "u16", TensorProto.UINT32: "u32", TensorProto.UINT64: "u64",
    TensorProto.BFLOAT16: "bf16",
}


def dims_of(value):
    return [d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None
            for d in value.type.tensor_type.shape.dim]


def show(dims, value):
    names = [d.dim_param or "?" for d in value.type.tensor_type.shape.dim]
    return "x".join(str(d) if d else n for d, n in zip(dims, names)) or "scalar"


def real_inputs(model):
    """Those that are not initialisers; what is left of the others in the list goes."""
    initialised = {i.name for i in model.graph.initializer}
    real = [v for v in model.graph.input if v.name not in initialised]
    del model.graph.input[:]
    model.graph.input.extend(real)
    return model.graph.input


def find_input(inputs, path, option, name):
    from difflib import get_close_matches
    names = [v.name for v in inputs]
    if name in names:
        return inputs[names.index(name)]
    near = get_close_matches(name, names, 1, 0.5)
    hint = f"did you mean '{near[0]}'?" if near else "its inputs are " + ", ".join(f"'{n}'" for n in names) + "."
    fail("usage", f"{option} {name}: {path} has no input of that name; {hint}")


def pin_inputs(model, path, constants):
    """Inputs that get their numbers by --constant become initialisers."""
    for text in constants:
        name, _, numbers = text.rpartition("=")
        value = find_input(real_inputs(model), path, "--constant", name)
        kind = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        try:
            array = np.array([float(n) if "." in n or "e" in n else int(n) for n in numbers.split(",")]).astype(kind)
        except ValueError:
            fail("usage", f"--constant must be like NAME=16000 or NAME=2,3, not '{text}'.")
        dims = dims_of(value)
        if None in dims and dims.count(None) == 1 and len(dims) == 1:
            dims = [array.size]
        if None in dims or np.prod(dims, dtype=int) != array.size:
            fail("usage", f"--constant {text}: {path} has the shape {show(dims, value)} there, "
                 f"not {array.size} number{'s' * (array.size != 1)}.")
        model.graph.initializer.append(numpy_helper.from_array(array.reshape(dims), name))
    real_inputs(model)


def pin_shapes(model, path, bindings):
    """Gives every dynamic input the sizes of its --shape, and forgets what was inferred before."""
    real = real_inputs(model)
    for name in bindings:
        find_input(real, path, "--shape", name)
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
            if known and any(d.HasField("dim_value") and d.dim_value == 0 for d in value.type.tensor_type.shape.dim):
                fail("unsupported", f"{path}: input '{value.name}' has a dimension of 0, so it has no elements; where 0 stands "
                     f"for any size, give sizes with --shape {value.name}=" + "x".join(str(d or "N") for d in dims) + ".")
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
        forget_outputs(model)


def forget_outputs(model):
    """Outputs get the shapes that follow from the inputs': what is declared may have another rank even."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for output in bare.graph.output:
        output.type.tensor_type.ClearField("shape")
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        bare = onnx.shape_inference.infer_shapes(bare, data_prop=True)
    constants = {i.name for i in model.graph.initializer}
    for output, inferred in zip(model.graph.output, bare.graph.output):
        if output.name in constants:
            continue
        for dim in output.type.tensor_type.shape.dim:
            dim.Clear()
        if inferred.type.tensor_type.HasField("shape"):
            output.CopyFrom(inferred)
