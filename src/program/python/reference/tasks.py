"""What `alt compile` asks for; see evaluate.py for requests and answers."""
import pathlib
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from importer.shapes import pin_inputs
from . import sensitivity
from .engines import ENGINES, reason
from .inputs import NARROWER, SETS, draw, is_real
from .ranges import index_ranges

SECONDS = 8  # then no further set is begun, once one counts
QUANTISED = {TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16, TensorProto.INT4, TensorProto.UINT4}
PRECISIONS = ((TensorProto.BFLOAT16, "bf16"), (TensorProto.FLOAT16, "f16"), (TensorProto.FLOAT, "f32"), (TensorProto.DOUBLE, "f64"))
MOST_VALUES = 3000


class Model:
    """The file as it was given, and the library's inputs."""

    def __init__(self, request):
        self.request = request
        self.path = request["model"]
        self.plain = onnx.load(self.path, load_external_data=False)
        self.inputs = {value.name: value for value in self.plain.graph.input}
        self.folder = pathlib.Path(request["folder"])
        pinned = onnx.ModelProto()
        pinned.CopyFrom(self.plain)
        pin_inputs(pinned, self.path, request["constants"])
        names = [text.rpartition("=")[0] for text in request["constants"]]
        self.constants = {i.name: numpy_helper.to_array(i) for i in pinned.graph.initializer if i.name in names}

    def engine(self):
        engine = ENGINES[self.request["engine"]]
        try:
            return engine(self.path)
        except ImportError:
            raise
        except Exception:  # some read weights outside of the file more strictly than others
            return engine(self.whole())

    def whole(self):
        return onnx.load(self.path)

    def specs(self):
        return [(i["name"], np.dtype(helper.tensor_dtype_to_np_dtype(self.inputs[i["name"]].type.tensor_type.elem_type)),
                 tuple(i["shape"])) for i in self.request["inputs"]]

    def precision(self):
        """The narrowest real type that values go through."""
        graph = self.plain.graph
        kinds = {v.type.tensor_type.elem_type for v in [*graph.input, *graph.output, *graph.value_info]}
        kinds |= {i.data_type for i in graph.initializer}
        kinds |= {a.i for node in graph.node if node.op_type == "Cast" for a in node.attribute if a.name == "to"}
        return next((name for kind, name in PRECISIONS if kind in kinds), "f32")

    def narrow(self):
        return self.precision() in ("bf16", "f16")

    def steps(self):
        """By output: rounding to quantised values may go the other way."""
        quantises = any("Quantize" in n.op_type or n.op_type.startswith(("QLinear", "QGemm")) for n in self.plain.graph.node)
        return [int(quantises and v.type.tensor_type.elem_type in QUANTISED) for v in self.plain.graph.output]


def save(path, array, kind=None):
    """As `alt` reads it; `kind` "f32": for a library that takes wider numbers than the model."""
    array = np.asarray(array, order="C")
    if kind == "f32" and is_real(array.dtype):
        array = array.astype(np.float32)
    elif array.dtype.name == "bfloat16":
        array = array.view("V2")
    np.save(path, array)


def load(path, dtype):
    array = np.load(path)
    return array.view(dtype) if array.dtype.kind == "V" else array.astype(dtype)


def worthless(outputs, narrow):
    """Why these results tell nothing, if so. In 16 bits what overflows depends on where a program rounds."""
    reals = [np.asarray(o).astype(np.float64) for o in outputs if isinstance(o, np.ndarray) and is_real(o.dtype) and o.size]
    if reals and all(np.isnan(r).all() for r in reals):
        return "every result is NaN"
    if narrow and not all(np.isfinite(r).all() for r in reals):
        return "results overflow"
    return ""


def evaluate_set(engine, model, which, ranges):
    """(inputs, outputs), or why there are none."""
    why = ""
    for below in NARROWER:
        feeds = draw(which, model.specs(), ranges, below, model.narrow())
        try:
            with np.errstate(all="ignore"):
                outputs = engine.run({**feeds, **model.constants})
        except Exception as error:  # of the engines' many kinds
            why = why or reason(error)
            continue
        useless = worthless(outputs, model.narrow())
        if not useless:
            return feeds, outputs
        why = why or useless
    return why


def write_set(model, which, feeds, outputs, say):
    folder = model.folder / which.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    for index, (array, given) in enumerate(zip(feeds.values(), model.request["inputs"])):
        save(folder / f"in{index}.npy", array, given["type"])
    for index, array in enumerate(outputs):
        save(folder / f"{model.request['engine']}{index}.npy", array)
    say(set=which, folder=str(folder), outputs=len(outputs))


def opened(model, say):
    try:
        return model.engine()
    except ImportError:
        raise
    except Exception as error:
        say(unavailable=reason(error))
        return None


def outputs(request, say):
    model, begin = Model(request), time.monotonic()
    engine = opened(model, say)
    if engine is None:
        return
    say(precision=model.precision(), steps=model.steps())
    ranges, good = index_ranges(model.plain), 0
    if request["files"]:
        feeds = {name: load(path, dtype) for (name, dtype, _), path in zip(model.specs(), request["files"])}
        try:
            write_set(model, "given", feeds, engine.run({**feeds, **model.constants}), say)
        except Exception as error:
            say(set="given", failed=reason(error))
        return
    for which in SETS:
        if good and (which == "positive" or time.monotonic() - begin > SECONDS):
            continue
        found = evaluate_set(engine, model, which, ranges)
        if isinstance(found, str):
            say(set=which, failed=found)
        else:
            write_set(model, which, *found, say)
            good += 1


def inputs_of_set(model):
    folder = model.folder / request_set(model.request)
    return folder, {name: load(folder / f"in{index}.npy", dtype) for index, (name, dtype, _) in enumerate(model.specs())}


def request_set(request):
    return request["set"].replace(" ", "-")


def again(request, say):
    """The outputs of this engine on a set that another one has drawn."""
    model = Model(request)
    engine = opened(model, say)
    if engine is None:
        return
    folder, feeds = inputs_of_set(model)
    try:
        write_set(model, request["set"], feeds, engine.run({**feeds, **model.constants}), say)
    except Exception as error:
        say(set=request["set"], failed=reason(error))


def moved(request, say):
    model = Model(request)
    folder, feeds = inputs_of_set(model)
    made = 0
    try:
        for results in sensitivity.samples(ENGINES[request["engine"]], model.whole(), {**feeds, **model.constants}):
            for index, array in enumerate(results):
                save(folder / f"moved{made}_{index}.npy", array)
            made += 1
    except Exception as error:
        return say(unavailable=reason(error))
    say(samples=made)


def values(request, say):
    model = Model(request)
    folder, feeds = inputs_of_set(model)
    try:
        probe = model.whole()
        made = [(output, node) for node in probe.graph.node for output in node.output
                if output and (output in request["only"] if request["only"] else node.op_type != "Constant")][:MOST_VALUES]
        del probe.graph.output[:]
        probe.graph.output.extend(helper.make_empty_tensor_value_info(name) for name, _ in made)
        results = ENGINES[request["engine"]](probe).run({**feeds, **model.constants})
    except Exception as error:
        return say(unavailable=reason(error))
    del probe.graph.output[:]
    listed = []
    for (name, node), array in zip(made, results):
        if not isinstance(array, (np.ndarray, np.generic)) or not np.asarray(array).size or np.asarray(array).dtype.kind in "OUSc":
            continue
        array = np.asarray(array)
        path = folder / f"{request['engine']}_value{len(listed)}.npy"
        save(path, array)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        probe.graph.output.append(helper.make_tensor_value_info(name, kind, array.shape))
        listed.append({"name": name, "node": node.name, "operator": node.op_type, "file": str(path)})
    path = folder / "probe.onnx"
    onnx.save(probe, path)
    say(values=listed, probe=str(path))


TASKS = {"outputs": outputs, "again": again, "moved": moved, "values": values}
