"""What an import may take: a model can make the programs behind it grow or run without end."""
import contextlib
import re
import resource

import onnx

from .errors import fail, first_line

GIGABYTE = 1 << 30
MOST = 1 << 33  # elements of a value that is computed at run time
LARGE = 1 << 12  # bytes; what tensors hold beyond that says nothing about shapes


def allow_memory(asked, model):
    """This process and its children, each: as much as was asked for, or what no honest model of its size needs."""
    allowed = asked or 4 * GIGABYTE + 16 * model.ByteSize()
    with contextlib.suppress(ValueError, OSError):  # a harder limit is there
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))
    return allowed


def allow_time(model):
    """This process, for all that it does itself."""
    seconds = 60 + 4 * processor_seconds(model)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def too_large(path, allowed):
    fail("unsupported", f"{path}: its import needs more than the {allowed / GIGABYTE:.1f} GiB of memory that it may have; "
         "--import-memory allows more.")


def processor_seconds(model):
    """For one run of torch-mlir over it, many times what the slowest of real models took for its size."""
    return 6 + len(model.graph.node) // 2 + model.ByteSize() // 1000000


def check_sizes(model, path, allowed):
    """Refuses what no memory holds and axes that are not there, before anybody tries."""
    light = skeleton(model)
    # Not data_prop: it would count up to what it finds.
    with contextlib.suppress(Exception):  # onnx has several kinds of its own
        light = onnx.shape_inference.infer_shapes(light)
    constants = {tensor.name for tensor in model.graph.initializer}
    for node in light.graph.node:  # what is made of constants alone is computed at import
        if node.op_type == "Constant" or (node.input and set(filter(None, node.input)) <= constants):
            constants.update(node.output)
    makers = {name: node for node in light.graph.node for name in node.output}
    for value in [*light.graph.value_info, *light.graph.output]:
        count = 1
        for dim in value.type.tensor_type.shape.dim:
            count *= dim.dim_value or 1
        if count > (allowed // 32 if value.name in constants else MOST) and value.name in makers:
            node = makers[value.name]
            fail("unsupported", f"{path}: operator {node.op_type} (node '{node.name or value.name}') makes {count} elements, "
                 "more than any memory holds.")
    try:
        onnx.shape_inference.infer_shapes(light, strict_mode=True)
    except Exception as error:
        reason = next((line for line in str(error).split("\n") if re.search(r"\b[Aa]xis\b|\baxes\b", line)
                       and re.search(r"must be in|range|bounds", line)), "")
        if reason:
            fail("invalidInput", f"{path}: not a valid ONNX model: {first_line(reason)}.")


def check_names(model, path):
    """Operators are called by words; whatever else stands there would end up in others' texts."""
    for node in model.graph.node:
        if re.search(r"""[\x00-\x20"\\\x7f]""", node.op_type + node.domain):
            fail("invalidInput", f"{path}: not a valid ONNX model: {node.op_type!r} is no operator's name.")


def skeleton(model):
    """The model with the shapes of large initialisers instead of their numbers, and no declared ones but its inputs'."""
    light = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import, functions=model.functions)
    light.graph.name = model.graph.name
    light.graph.node.extend(model.graph.node)
    light.graph.input.extend(model.graph.input)
    for tensor in model.graph.initializer:
        if tensor.ByteSize() <= LARGE:
            light.graph.initializer.append(tensor)
        else:
            light.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    for output in model.graph.output:
        bare = light.graph.output.add(name=output.name)
        bare.type.tensor_type.elem_type = output.type.tensor_type.elem_type
    return light
