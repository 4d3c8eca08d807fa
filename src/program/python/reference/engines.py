"""Who evaluates a model: ONNX Runtime, or ONNX's own reference implementation."""
import os
import re


class OnnxRuntime:
    """With its optimisations off: they change rounding, and some of them the treatment of NaN."""
    name = "ONNX Runtime"

    def __init__(self, source):
        """`source`: a path, or a model in memory."""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 4
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        source = source if isinstance(source, str) else source.SerializeToString()
        self.session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self.inputs = {value.name for value in self.session.get_inputs()}

    def run(self, feeds):
        return self.session.run(None, {name: value for name, value in feeds.items() if name in self.inputs})


class OnnxReference:
    name = "onnx.reference"

    def __init__(self, source):
        from onnx.reference import ReferenceEvaluator
        self.evaluator = ReferenceEvaluator(source)
        self.inputs = set(self.evaluator.input_names)

    def run(self, feeds):
        return self.evaluator.run(None, {name: value for name, value in feeds.items() if name in self.inputs})


def reason(error):
    """An engine's failure in words for a user."""
    text = str(error).strip().split("\n")[0]
    if text.startswith("[ONNXRuntimeError]"):
        return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text)[:200].rstrip(". ")
    if "implement" in text.lower():
        return "it has no implementation of an operator"
    return "it fails on this model"


ENGINES = {"onnxruntime": OnnxRuntime, "onnx": OnnxReference}
