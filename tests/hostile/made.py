"""Small files that mean harm, one of each kind."""
import json

import numpy as np

MATMUL = """func.func @matmul(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<64x64xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
  %c = linalg.matmul ins(%a, %b : tensor<64x64xf32>, tensor<64x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %c : tensor<64x64xf32>
}
"""


def sum_of(tensor, attributes="", module=""):
    """%a + %w, where the argument %w has attributes."""
    return f"""module attributes {{{module}}} {{
func.func @main(%a: {tensor}, %w: {tensor} {{{attributes}}}) -> {tensor} {{
  %e = tensor.empty() : {tensor}
  %y = linalg.add ins(%a, %w : {tensor}, {tensor}) outs(%e : {tensor}) -> {tensor}
  return %y : {tensor}
}}}}
"""


def nested(opening, inner, closing, depth=50000):
    return opening * depth + inner + closing * depth


def schedule(body, options="8, 16"):
    return f"""module attributes {{transform.with_named_sequence}} {{
  transform.named_sequence @__transform_main(%module: !transform.any_op) {{
    %rows = transform.tune.knob<"rows"> options = [{options}] -> !transform.any_param
    %matmul = transform.structured.match ops{{["linalg.matmul"]}} in %module : (!transform.any_op) -> !transform.any_op
    {body}
    transform.yield
  }}
}}
"""


TILE = ("%tiled, %loop = transform.structured.tile_using_for %matmul tile_sizes [%rows] : "
        "(!transform.any_op, !transform.any_param) -> (!transform.any_op, !transform.any_op)")

LINEAR = {"index": [{"constant": 0, "terms": [{"axis": 0, "coefficient": 1}]}], "isConstant": False, "padHigh": [], "padLow": [],
          "shape": [64], "type": "f32"}


def records(axes=((64, "parallel"),), threads=1, target=(), workload=()):
    """A records file with one task and one record."""
    task = {"do": "describe", "threads": threads,
            "target": {"triple": "x86_64", "cpu": "generic", "features": "", "vectorBits": 256, "vectorRegisters": 16, "cores": 2,
                       "l1Bytes": 32768, "l2Bytes": 1 << 20, "l3Bytes": 1 << 23, **dict(target)},
            "workload": {"name": "sum", "id": {"value": 7}, "anchor": "elementwise",
                         "axes": [{"name": f"i{i}", "extent": e, "kind": k} for i, (e, k) in enumerate(axes)],
                         "operands": [{**LINEAR, "name": "in0", "isOutput": False}, {**LINEAR, "name": "out0", "isOutput": True}],
                         "fusedResults": [], "arguments": [], "flops": 64, "prologueOps": 0, "epilogueOps": 0, "linalg": "",
                         "script": "", **dict(workload)}}
    record = {"workload": f"{7:016x}", "target": "x86_64 generic 256", "schedule": "", "outcome": "ok", "samples": [1e-6]}
    return "\n".join(json.dumps(line) for line in ({"alt_records": 1}, {"alt_task": task}, record)) + "\n"


def prior(columns=112, asked=0):
    tree = {"base": 0.5, "depth": 1, "columns": [asked], "thresholds": [0.5], "leaves": [0.1, 0.2]}
    return json.dumps({"alt_prior": 1, "features": "loops-1", "columns": columns, "kernels": 1, "schedules": 1, "members": [tree]})


ABSOLUTE, UPWARDS, DEVICE = ('alt.weights = "/etc/passwd"', 'alt.weights = "../../../../../../etc/passwd"',
                             'alt.weights = "/dev/zero"')
OFFSET = "alt.offset = 0 : i64"
TEXTS = {
    "absolute.mlir": sum_of("tensor<16xi8>", OFFSET, ABSOLUTE),
    "upwards.mlir": sum_of("tensor<16xi8>", OFFSET, UPWARDS),
    "device.mlir": sum_of("tensor<1000000000000xi8>", OFFSET, DEVICE),
    "fifo.mlir": sum_of("tensor<16xi8>", OFFSET, 'alt.weights = "fifo"'),
    "link.mlir": sum_of("tensor<16xi8>", OFFSET, 'alt.weights = "passwd"'),
    "short.mlir": sum_of("tensor<1000000000000xi8>", OFFSET, 'alt.weights = "short.weights"'),
    "behind.mlir": sum_of("tensor<16xi8>", "alt.offset = 9223372036854775807 : i64", 'alt.weights = "short.weights"'),
    "before.mlir": sum_of("tensor<16xi8>", "alt.offset = -8 : i64", 'alt.weights = "short.weights"'),
    "nameless.mlir": sum_of("tensor<16xi8>", OFFSET),
    "offset_type.mlir": sum_of("tensor<16xi8>", "alt.offset = 0.0 : f32"),
    "splat_type.mlir": sum_of("tensor<16xi8>", "alt.splat = 3 : i64"),
    "weights_type.mlir": sum_of("tensor<16xi8>", OFFSET, "alt.weights = 7 : i64"),
    "overflow.mlir": sum_of("tensor<9000000000000000000x9000000000000000000xf32>"),
    "constant_terabyte.mlir": sum_of("tensor<1000000000000xi8>", "alt.constant"),
    "prime.mlir": sum_of("tensor<999999999989xi8>"),
    "deep_attribute.mlir": f"module attributes {{a = {nested('[', '', ']')}}} {{}}\n",
    "deep_dictionary.mlir": f"module attributes {{a = {nested('{a = ', '1', '}')}}} {{}}\n",
    "deep_type.mlir": f"func.func @main(%a: {nested('tuple<', 'i8', '>')}) {{ return }}\n",
    "alignment.mlir": """func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense_resource<blob> : tensor<4xf32>
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.add ins(%a, %c : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
{-# dialect_resources: { builtin: { blob: "0x0000000000008040" } } #-}
""",
    "schedule_empty_string.mlir": schedule(TILE, '"", 16'),
    "schedule_no_options.mlir": schedule(TILE, ""),
    "schedule_huge_number.mlir": schedule(TILE, "18446744073709551615 : i128, 8"),
    "schedule_negative.mlir": schedule(TILE, "-8, -16"),
    "schedule_replaces_root.mlir": schedule("""transform.structured.replace %module {
      builtin.module { func.func private @nothing() }
    } : (!transform.any_op) -> !transform.any_op"""),
    "schedule_deep.mlir": f"module attributes {{a = {nested('[', '', ']')}}} {{}}\n",
    "extent_0.jsonl": records([(0, "parallel")]),
    "extent_negative.jsonl": records([(-4, "parallel")]),
    "extent_prime.jsonl": records([((1 << 61) - 1, "parallel")] * 3),
    "extent_large_prime.jsonl": records([(999999999989, "parallel"), (999999999989, "parallel"), (999999999989, "reduction")]),
    "many_axes.jsonl": records([(64, "parallel")] * 200),
    "threads.jsonl": records(threads=-1),
    "vectors.jsonl": records(target={"vectorBits": 0}),
    "registers.jsonl": records(target={"vectorRegisters": 1}),
    "caches.jsonl": records(target={"l1Bytes": 0, "l2Bytes": -1}),
    "axis_missing.jsonl": records([]),
    "no_operands.jsonl": records(workload={"operands": []}),
    "deep.jsonl": '{"alt_records":1}\n{"alt_task":' + nested("[", "", "]", 200000) + "}\n",
    "numbers.jsonl": records().replace('"workload": "0000000000000007"', '"workload": "zzz"'),
    "prior_columns.json": prior(columns=1 << 40, asked=1 << 31),
    "prior_fewer.json": prior(columns=1),
    "prior_deep.json": '{"alt_prior":' + nested("[", "1", "]", 200000) + "}",
    "cache_empty.json": '{"tune_params_keys": ["x"], "cache": {"1": 2}}',
    "cache_deep.json": '{"cache":' + nested("[", "1", "]", 200000) + "}",
}


def write_onnx(folder):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def tensor(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def save(name, nodes, inputs, outputs, weights=()):
        graph = helper.make_graph(nodes, "g", inputs, outputs, [numpy_helper.from_array(np.array(v), n) for n, v in weights])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        (folder / name).write_bytes(model.SerializeToString())
        return model

    add = helper.make_node("Add", ["x", "t"], ["y"])
    one = ("w", np.ones(1, np.float32))
    save("axis.onnx", [helper.make_node("Softmax", ["x"], ["y"], axis=1)], [tensor("x", [10])], [tensor("y", [4, 10])])
    save("tile.onnx", [helper.make_node("Tile", ["w", "s"], ["t"]), add], [tensor("x", [1])], [tensor("y", ["n"])],
         [one, ("s", np.array([1 << 40]))])
    save("expand.onnx", [helper.make_node("Expand", ["w", "s"], ["t"]), add], [tensor("x", [1])], [tensor("y", [10 ** 10])],
         [one, ("s", np.array([10 ** 10]))])
    save("grows.onnx", [helper.make_node("Tile", ["w", "s"], ["t"]), add], [tensor("x", [1])], [tensor("y", ["n"])],
         [one, ("s", np.array([1 << 32]))])
    save("operator.onnx", [helper.make_node('Relu"\n../x', ["x"], ["y"])], [tensor("x", [4])], [tensor("y", [4])])
    for name, location in [("missing", "nosuch.bin"), ("absolute", "/etc/passwd"), ("upwards", "../../etc/passwd"),
                           ("fifo", "fifo"), ("link", "passwd"), ("short", "short.weights"), ("folder", ".")]:
        model = save(f"data_{name}.onnx", [helper.make_node("Add", ["x", "w"], ["y"])], [tensor("x", [16])], [tensor("y", [16])],
                     [("w", np.zeros(16, np.float32))])
        weight = model.graph.initializer[0]
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=location)
        (folder / f"data_{name}.onnx").write_bytes(model.SerializeToString())


def write_all(folder):
    import os
    os.mkfifo(folder / "fifo")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "short.weights").write_bytes(bytes(8))
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    write_onnx(folder)
