"""Tensors whose bytes lie in files beside the model: only there, and read here, where every path is looked at."""
import os
import re

import numpy as np
import onnx
from onnx import TensorProto
from onnx.external_data_helper import _get_all_tensors, uses_external_data

from .errors import fail


def load_external_data(model, path):
    for tensor in _get_all_tensors(model):
        if uses_external_data(tensor):
            read_into(tensor, path)


def read_into(tensor, path):
    entries = {entry.key: entry.value for entry in tensor.external_data}
    name = entries.get("location", "")
    place = place_of(name, path, tensor.name)
    size = os.path.getsize(place)
    try:
        offset = int(entries.get("offset") or 0)
        length = int(entries.get("length") or size - offset)
    except ValueError:
        offset = length = -1
    wanted = np.prod([int(d) for d in tensor.dims], dtype=object) * bits_of(tensor.data_type) / 8
    if offset < 0 or length < 0 or offset + length > size or length < wanted:
        fail("invalidInput", f"{path}: the weights '{tensor.name}' do not lie where it says in '{name}', which has {size} bytes; "
             "was it cut off on the way?")
    with open(place, "rb") as file:
        file.seek(offset)
        tensor.raw_data = file.read(length)
    tensor.data_location = TensorProto.DEFAULT
    del tensor.external_data[:]


def bits_of(kind):
    if kind in (TensorProto.INT4, TensorProto.UINT4):
        return 4
    return onnx.helper.tensor_dtype_to_np_dtype(kind).itemsize * 8


def place_of(name, path, tensor):
    """The file of that name in the model's folder or below. It may be a link to a file beside the one that the
    model itself is a link to: so HuggingFace's cache has them."""
    folder = os.path.dirname(os.path.abspath(path))
    says = f"{path}: the weights '{tensor}' are said to lie in '{name}', which"
    if not name or os.path.isabs(name) or ".." in re.split(r"[/\\]", name):
        fail("invalidInput", f"{says} leads out of the model's folder; put that file beside the model.")
    place = os.path.join(folder, name)
    if not os.path.lexists(place):
        fail("io", f"{says} is missing; fetch it, too, and put it beside the model.")
    real = os.path.realpath(place)
    below = os.path.commonpath([real, os.path.realpath(folder)]) == os.path.realpath(folder)
    if not below and os.path.dirname(real) != os.path.dirname(os.path.realpath(path)):
        fail("invalidInput", f"{says} is a link out of the model's folder, to {real}; put a copy beside the model.")
    if not os.path.exists(real):
        fail("io", f"{says} is a link to {real}, which is missing.")
    if not os.path.isfile(real):
        fail("invalidInput", f"{says} is no plain file.")
    return real
