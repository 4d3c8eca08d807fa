#!/usr/bin/env python3
"""metaschedule.py OUT ROW...: tunes rows of bench-kernels with TVM's MetaSchedule, 200 trials each.

Writes OUT/ROW.so, the fastest schedule as `pack` (weights as it wants them) and `kernel`, for bench-kernels
to run beside ours, and OUT/ROW.json: what that took, and the shapes. One thread. metaschedule.sh installs
what it needs.
"""
import json
import os
import pathlib
import resource
import shutil
import sys
import time

os.environ["TVM_NUM_THREADS"] = "1"
import numpy as np
import tvm
from tvm import relax, te, topi
from tvm.relax.transform import SplitLayoutRewritePreproc
from tvm.s_tir import Schedule
from tvm.s_tir import meta_schedule as ms
from tvm.target.codegen import llvm_get_system_cpu

TRIALS = 200
AGAIN = 3  # so many of the fastest are timed again: single scores mislead
target = tvm.target.Target({"kind": "llvm", "mcpu": llvm_get_system_cpu(), "num-cores": 1})


def matmul(m, n, k):
    a, b = te.placeholder((m, k), name="A"), te.placeholder((k, n), name="B")
    r = te.reduce_axis((0, k), name="k")
    return a, b, te.compute((m, n), lambda i, j: te.sum(a[i, r] * b[r, j], axis=r), name="C")


def convolution(row):
    height, width, channels = row["shape"][:3]
    window, stride = row.get("window", 1), row.get("stride", 1)
    depthwise = row["op"] == "depthwise"
    a = te.placeholder((1, height, width, channels), name="A")
    b = te.placeholder((window, window, channels, 1 if depthwise else row["shape"][3]), name="B")
    build = topi.nn.depthwise_conv2d_nhwc if depthwise else topi.nn.conv2d_nhwc
    return a, b, build(a, b, stride, window // 2, 1, "float32")


def program(row):
    """The row as TVM has it, weights in any layout (but depthwise's: no such rule), and the plain shapes."""
    tensors = matmul(*row["shape"]) if row["op"] == "matmul" else convolution(row)
    function = te.create_prim_func(list(tensors)).with_attr("global_symbol", "main")
    if row["op"] != "depthwise":
        function = function.with_attr("layout_free_buffers", [1])
    return tvm.IRModule({"main": function}), [[int(n) for n in tensor.shape] for tensor in tensors]


def processor_seconds():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def first_in_line():
    """As ours: where it is allowed, candidates are timed before anything else on the machine runs."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass


def tune(module, work):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    once = ms.runner.EvaluatorConfig(number=5, repeat=3, min_repeat_ms=20)
    start, processor = time.time(), processor_seconds()
    database = ms.tune_tir(
        module, target, str(work), TRIALS, num_trials_per_iter=64, num_tuning_cores=1, seed=0,
        builder=ms.builder.LocalBuilder(max_workers=1, timeout_sec=120),
        runner=ms.runner.LocalRunner(evaluator_config=once, timeout_sec=120, initializer=first_in_line))
    return database, {"wall_s": time.time() - start, "processor_s": processor_seconds() - processor}


def seconds(record):
    return float(np.mean([float(s) for s in record.run_secs]))


def scheduled(record):
    schedule = Schedule(record.workload.mod)
    record.trace.apply_to_schedule(schedule, remove_postproc=False)
    return schedule.mod["main"]


def split(function, plain):
    """`pack`, which is run ahead and only there where a weight is rewritten, and `kernel`."""
    types = [relax.TensorType(shape, "float32") for shape in plain]
    builder, values = relax.BlockBuilder(), [relax.Var(f"v{i}", t) for i, t in enumerate(types[:-1])]
    with builder.function("forward", values):
        kernel = builder.add_func(function.without_attr("global_symbol"), "kernel")
        with builder.dataflow():
            result = builder.emit_output(relax.call_tir(kernel, values, types[-1]))
        builder.emit_func_output(result)
    names = {"kernel_weight_prepack": "pack", "kernel_prepacked": "kernel", "kernel": "kernel"}
    found = {g.name_hint: f for g, f in SplitLayoutRewritePreproc()(builder.get()).functions.items()}
    return tvm.IRModule({names[name]: f.with_attr("global_symbol", names[name])
                         for name, f in found.items() if name in names})


def time_again(module, arguments):
    """The median, since single scores mislead."""
    tensors = [tvm.runtime.tensor(np.random.rand(*shape).astype("float32")) for shape in arguments]
    timer = module.mod.time_evaluator("kernel", tvm.cpu(), number=1, repeat=15, min_repeat_ms=20)
    return float(np.median(timer(*tensors).results))


def export(records, plain, out):
    best = np.inf
    for record in sorted(records, key=seconds)[:AGAIN]:
        packed = [[int(n) for n in info.shape] for info in record.args_info]
        library = out.with_suffix(".so")
        built = tvm.compile(split(scheduled(record), plain), target=target)
        again = time_again(built, packed)
        if again < best:
            best = again
            built.export_library(str(library))
            shape = packed[1]
    return {"weights": shape, "best_s": best}


def main(out, names):
    out.mkdir(parents=True, exist_ok=True)
    for library in ("tvm_ffi/lib/libtvm_ffi.so", "tvm/lib/libtvm_runtime.so"):
        link = out / pathlib.Path(library).name
        link.unlink(missing_ok=True)
        link.symlink_to(pathlib.Path(tvm.__file__).parent.parent / library)
    (out / "version").write_text(tvm.__version__)
    rows = json.loads((pathlib.Path(__file__).parent.parent / "kernels" / "rows.json").read_text())["rows"]
    for row in rows:
        if row["name"] not in names:
            continue
        module, plain = program(row)
        database, found = tune(module, out / row["name"])
        records = [r for r in database.get_all_tuning_records() if r.run_secs]
        found |= {"trials": len(records), "arguments": plain} | export(records, plain, out / row["name"])
        (out / (row["name"] + ".json")).write_text(json.dumps(found) + "\n")
        print(row["name"], json.dumps(found), flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
