"""ONNX's own node tests through the importer and `alt`, untuned: all of them, or every Nth. Fails when one crashes or
gives other numbers than ONNX's reference; what cannot be imported is counted and must be refused in one sentence.

    onnx_nodes.py build/bin/alt [--every N] [--start K] [--only PART_OF_NAME] [--jobs N] [--json FILE] [--table FILE.md]

Not counted: tests of strings, sequences and optionals, of training, and tests whose results have shapes that depend on
their inputs' values. Integer inputs, or else all inputs but the first, are tried as constants when a test is refused.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

import forked

warnings.filterwarnings("ignore")  # the cases divide by zero on purpose
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

# Else 1e-3, the relative tolerance of ONNX's own test runner.
TOLERANCES = {TensorProto.BFLOAT16: 2e-2, TensorProto.FLOAT16: 2e-3}
INTEGERS = {TensorProto.BOOL, TensorProto.INT32, TensorProto.INT64}
PART = 48  # tests at a time
TRAINING = {"Adagrad", "Adam", "Gradient", "Momentum"}
# Results of as many elements as a condition holds for, or the input has different ones.
DATA_DEPENDENT = {"NonZero", "NonMaxSuppression", "Unique"}


def operator_of(name, models):
    """The operator that a test is of: its only node's, or that of the longest test name that begins its name (tests of
    an operator's function have the function's nodes)."""
    nodes = models[name].graph.node
    if "_expanded" in name:
        base = name.split("_expanded")[0]
        nodes = models[base].graph.node if base in models else nodes
    kinds = [n.op_type for n in nodes if n.op_type not in ("Constant", "Identity")] or [n.op_type for n in nodes]
    return kinds[0] if len(set(kinds)) == 1 else "several" if len(nodes) > 1 else kinds[0]


def not_counted(case, operator):
    """Why a test is none of a static inference operator's, or None."""
    values = [*case.model.graph.input, *case.model.graph.output]
    if not all(v.type.HasField("tensor_type") for v in values) or any("Sequence" in n.op_type for n in case.model.graph.node):
        return "sequences and optionals"
    if any(v.type.tensor_type.elem_type == TensorProto.STRING for v in values):
        return "strings"
    if operator in TRAINING or re.search("training_default|train_mode|_training|test_training", case.name):
        return "training"
    return "shapes that depend on values" if operator in DATA_DEPENDENT else None


def as_tensor(value, name=""):
    if not isinstance(value, TensorProto):
        return numpy_helper.from_array(np.asarray(value), name)
    value.name = name
    return value


def as_array(value):
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)


def with_constants(model, inputs, kinds):
    """The model with its inputs of these kinds (None: any), but the first one, as constants; and the others' data."""
    made, left = onnx.ModelProto(), []
    made.CopyFrom(model)
    del made.graph.input[:]
    for index, (value, data) in enumerate(zip(model.graph.input, inputs)):
        if index and (kinds is None or value.type.tensor_type.elem_type in kinds):
            made.graph.initializer.append(as_tensor(data, value.name))
        else:
            made.graph.input.append(value)
            left.append(data)
    return made, left


def judge(alt, cases):
    """{name: (passed | refused | wrong | crashed, what was said)}"""
    verdicts = {}
    for kinds in ((), INTEGERS, None):  # of the inputs that become constants
        models = {}
        for case in cases:
            inputs = case.data_sets[0][0]
            model, left = with_constants(case.model, inputs, kinds)
            if case.name not in verdicts or verdicts[case.name][0] == "refused" and len(left) < len(inputs):
                models[case.name] = case, model, [as_array(i) for i in left]
        outcomes = forked.outcomes(alt, [(name, model, inputs) for name, (_, model, inputs) in models.items()])
        for name, (case, model, inputs) in models.items():
            result, said = verdict(case, outcomes[name])
            if result == "wrong" and verdict(case, forked.outcome(alt, model, inputs))[0] != "wrong":
                said = f"beside other tests {said}"
            if name not in verdicts or result != "refused":
                verdicts[name] = result, said
    return verdicts


def verdict(case, done):
    if done.kind != "ran":
        one_sentence = "\n" not in done.said and done.said.endswith(".")
        return ("crashed" if done.kind == "refused" and not one_sentence else done.kind), done.said
    kinds = {v.type.tensor_type.elem_type for v in [*case.model.graph.input, *case.model.graph.output]}
    tolerance = max(TOLERANCES.get(kind, 1e-3) for kind in kinds)
    for result, wanted, value in zip(done.results, case.data_sets[0][1], case.model.graph.output):
        wrong = forked.difference(result, as_array(wanted), tolerance)
        if wrong:
            return "wrong", f"{value.name}: {wrong}"
    return "passed", ""


def table(records):
    """Markdown: a row an operator."""
    rows = collections.defaultdict(collections.Counter)
    reasons = collections.defaultdict(collections.Counter)
    for each in records:
        rows[each["operator"]][each["result"]] += 1
        if each["result"] in ("refused", "not counted", "wrong", "crashed"):
            reasons[each["operator"]][without_names(each["said"])] += 1
    counts = collections.Counter(each["result"] for each in records)
    counted = len(records) - counts["not counted"]
    lines = ["# ONNX's node tests, operator by operator", "",
             "Made by `make onnx-nodes`; do not edit. ONNX's own tests of its operators, through the importer, untuned.", "",
             f"{counts['passed']} of {counted} pass ({100 * counts['passed'] / max(counted, 1):.1f} %), {counts['refused']} are refused, "
             f"{counts['wrong']} are wrong, {counts['crashed']} crash. {counts['not counted']} are not counted: tests of strings, sequences "
             "and optionals, of training, and tests whose results' shapes depend on values.", "",
             "| operator | passed | refused | not counted | why |", "|---|---|---|---|---|"]
    for operator in sorted(rows):
        row = rows[operator]
        why = "; ".join(f"{text} ({count})" for text, count in reasons[operator].most_common())
        lines.append(f"| {operator} | {row['passed']} | {row['refused'] + row['wrong'] + row['crashed']} | {row['not counted']} | {why} |")
    return "\n".join(lines) + "\n"


def without_names(said):
    """A refusal without the names of files, nodes and values."""
    said = re.sub(r"^(error: )?[\w./]*m\.\w+: ", "", said)
    said = re.sub(r" \(node '[^']*'\)", "", said)
    return re.sub(r"'[^']*'", "...", said).replace("|", "\\|").replace("\n", " ").rstrip(".")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("alt")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--again", action="store_true", help="only those that did not pass by the file of --json, which is brought up to date")
    parser.add_argument("--table", type=pathlib.Path)
    arguments = parser.parse_args()
    everything = sorted((c for c in collect_testcases(None) if c.data_sets), key=lambda c: c.name)
    models = {c.name: c.model for c in everything}
    cases = [c for c in everything if re.search(arguments.only, c.name)][arguments.start::arguments.every]
    if arguments.again:
        before = {each["name"]: each for each in json.loads(arguments.json.read_text())["tests"]}
        cases = [c for c in cases if before.get(c.name, {}).get("result") not in ("passed", "not counted")]
    operators = {c.name: operator_of(c.name, models) for c in cases}
    reasons = {c.name: not_counted(c, operators[c.name]) for c in cases}
    counted = [c for c in cases if not reasons[c.name]]
    parts = [counted[start:start + PART] for start in range(0, len(counted), PART)]
    records = [{"name": c.name, "operator": operators[c.name], "result": "not counted", "said": reasons[c.name]}
               for c in cases if reasons[c.name]]
    if arguments.again:
        records += [each for name, each in before.items() if name not in operators]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for verdicts in pool.map(lambda part: judge(arguments.alt, part), parts):
            for name, (result, said) in verdicts.items():
                records.append({"name": name, "operator": operators[name], "result": result, "said": said})
                if result != "passed":
                    print(f"{name}: {result}: {said}", flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps({"tests": sorted(records, key=lambda r: r["name"])}, indent=0) + "\n")
    if arguments.table:
        arguments.table.write_text(table(records))
    counts = collections.Counter(each["result"] for each in records)
    print(f"{counts['refused']} cannot be imported, {counts['not counted']} are not counted")
    print(f"{counts['passed']} passed, {counts['wrong'] + counts['crashed']} failed")
    return 1 if counts["wrong"] + counts["crashed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
