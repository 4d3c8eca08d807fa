"""Integers of every type in those whose arithmetic torch-mlir has right.

A value of type uint8 or int8 keeps it, and is converted to int32 for what is more than a move. One of int16 or
uint16 is held in int32, of uint32 in int64, within the range of its own type; one of uint64 in int64 with the
same bits. What may leave the range is wrapped around.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .errors import Refused
from .graph_writer import Writer, attributes_of

INT8, UINT8, INT16, UINT16 = TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16
INT32, UINT32, INT64, UINT64 = TensorProto.INT32, TensorProto.UINT32, TensorProto.INT64, TensorProto.UINT64
FLOATS = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.BFLOAT16}
COMPUTED = {UINT8: INT32, INT8: INT32, INT16: INT32, UINT16: INT32, UINT32: INT64, UINT64: INT64}
BYTES = {UINT8, INT8}
NAMES = {UINT8: "u8", INT16: "i16", UINT16: "u16", UINT32: "u32", UINT64: "u64"}  # alt's, where MLIR's is another

AS_THEY_ARE = {"MatMulInteger"}
MOVES = {"Concat", "Expand", "Flatten", "Gather", "Identity", "Pad", "Reshape", "Slice", "Split", "Squeeze", "Tile", "Transpose",
         "Unsqueeze", "Where"}
IN_RANGE = MOVES | {"ArgMax", "ArgMin", "Clip", "Compress", "DepthToSpace", "Equal", "GatherElements", "GatherND", "Greater",
                    "GreaterOrEqual", "Less", "LessOrEqual", "Max", "MaxPool", "Min", "ReduceMax", "ReduceMin", "Relu",
                    "ReverseSequence", "ScatterElements", "ScatterND", "SpaceToDepth", "TopK", "Trilu"}
ORDERED = {"ArgMax", "ArgMin", "Clip", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "MaxPool", "Min", "ReduceMax",
           "ReduceMin", "TopK"}
SAME_BITS = (IN_RANGE - ORDERED - {"Relu"}) | {"Add", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast", "CumSum",
                                               "Mul", "ReduceProd", "ReduceSum", "Sub", "Sum", "MatMul"}
LEAST = np.int64(-2**63)


class Rewriter:
    def __init__(self, model):
        self.w = Writer(model)
        self.w.prefix = "integers"
        self.model, self.renamed, self.computed = model, {}, {}
        self.types = {name: kind.elem_type for name, kind in self.w.types.items()}
        self.types.update((i.name, i.data_type) for i in model.graph.initializer)

    def run(self):
        graph = self.model.graph
        nodes = list(graph.node)
        self.hold_constants()
        for value in graph.input:
            kind = value.type.tensor_type.elem_type
            if kind in COMPUTED and kind not in BYTES:
                held = self.renamed[value.name] = self.w.op("Cast", value.name, to=COMPUTED[kind])
                self.types[held] = kind
        for node in nodes:
            self.w.prefix = f"{node.name or node.op_type}.{node.output[0]}"
            self.rewrite(node)
        for output in graph.output:
            kind = output.type.tensor_type.elem_type
            if kind in COMPUTED and kind not in BYTES:
                output.type.tensor_type.elem_type = COMPUTED[kind]
            if kind == UINT8 and output.name in self.w.constants:  # torch-mlir returns no unsigned constants
                self.w.constants[output.name].CopyFrom(numpy_helper.from_array(self.w.value(output.name).view(np.int8), output.name))
                output.type.tensor_type.elem_type = INT8
        stale = [v for v in graph.value_info if v.type.tensor_type.elem_type in COMPUTED.keys() - BYTES]
        for value in stale:
            graph.value_info.remove(value)
        del graph.node[:]
        graph.node.extend(self.w.nodes)

    def hold_constants(self):
        for tensor in self.model.graph.initializer:
            if tensor.data_type in COMPUTED.keys() - BYTES:
                kind = helper.tensor_dtype_to_np_dtype(COMPUTED[tensor.data_type])
                tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(kind), tensor.name))

    def kind(self, name):
        return self.types.get(name, TensorProto.UNDEFINED)

    def rewrite(self, node):
        kinds = [self.kind(name) for name in [*node.input, *node.output] if name]
        odd = COMPUTED.keys() & set(kinds)
        node.input[:] = [self.renamed.get(name, name) for name in node.input]
        special = {"Cast": self.cast, "BitShift": self.shift}.get(node.op_type)
        if special and (odd or node.op_type == "BitShift"):
            return special(node)
        if not odd or node.op_type in AS_THEY_ARE or node.op_type in MOVES and odd <= BYTES:
            return self.w.nodes.append(node)
        if UINT64 in odd and node.op_type not in SAME_BITS | ORDERED:
            raise Refused(node, "is not supported for uint64")
        self.retype(node)
        turned = UINT64 in odd and node.op_type in ORDERED
        node.input[:] = [self.turned(value) if turned and self.kind(name) == UINT64 else value
                         for name, value in [(n, self.wide(n)) for n in node.input]]
        outputs = list(node.output)
        for index, name in enumerate(outputs):
            if self.kind(name) in COMPUTED:
                node.output[index] = f"{self.w.prefix}.wide{index}"
        self.w.nodes.append(node)
        for made, name in zip(node.output, outputs):
            if made != name:
                made = self.turned(made) if turned and self.kind(name) == UINT64 else made
                self.narrow(made, name, node.op_type in IN_RANGE)

    def retype(self, node):
        """Attributes that say a type, or hold a number of it."""
        for attribute in node.attribute:
            if attribute.name == "dtype" and attribute.i in COMPUTED:
                attribute.i = COMPUTED[attribute.i]
            if attribute.type == onnx.AttributeProto.GRAPH:
                raise Refused(node, "is supported with the types float, double, bool, int32 and int64 only")
            if attribute.name == "value" and attribute.t.data_type in COMPUTED:
                kind = helper.tensor_dtype_to_np_dtype(COMPUTED[attribute.t.data_type])
                attribute.t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(attribute.t).astype(kind)))

    def wide(self, name):
        """A value as it is computed with."""
        if self.kind(name) not in BYTES:
            return name
        if name not in self.computed:
            known = self.w.value(name)
            self.computed[name] = self.w.op("Cast", name, to=INT32) if known is None else self.number(known, INT32)
        return self.computed[name]

    def number(self, value, kind):
        return self.w.constant(np.array(value, helper.tensor_dtype_to_np_dtype(kind)))

    def turned(self, value):
        """64 bits whose order as signed numbers is that of the unsigned; and back."""
        known = self.w.value(value)
        return self.w.op("Add", value, self.number(LEAST, INT64)) if known is None else self.w.constant(known ^ LEAST)

    def narrow(self, made, name, is_in_range):
        """What was computed becomes the value `name`."""
        kind = self.kind(name)
        if kind in BYTES:
            last = self.w.op("Cast", made, to=kind)
        else:
            last = made if is_in_range or kind == UINT64 else self.wrapped(made, kind)
        producer = next(n for n in reversed(self.w.nodes) if last in n.output)
        producer.output[list(producer.output).index(last)] = name

    def wrapped(self, value, kind):
        w, computed = self.w, COMPUTED[kind]
        bits = 32 if kind == UINT32 else 16
        half = self.number(2**(bits - 1), computed) if kind == INT16 else None
        value = w.op("Add", value, half) if half else value
        value = w.op("Mod", value, self.number(2**bits, computed))
        return w.op("Sub", value, half) if half else value

    def cast(self, node):
        """From floats by way of a wider integer, as ONNX Runtime does it."""
        w, source, target = self.w, self.kind(node.input[0]), attributes_of(node)["to"]
        value, name = self.wide(node.input[0]), node.output[0]
        if target in COMPUTED:
            computed = COMPUTED[target]
            if target == UINT64 and source in FLOATS:
                whole = self.unsigned(value, source)
            else:
                whole = w.op("Cast", value, to=computed)
            return self.narrow(whole, name, is_in_range=False)
        if source == UINT64 and target in FLOATS:
            value = self.magnitude(value)
        w.nodes.append(helper.make_node("Cast", [value], [name], f"{w.prefix}.Cast", to=target))

    def unsigned(self, value, kind):
        """A float as 64 bits."""
        w, top = self.w, self.number(2.0**63, kind)
        high = self.turned(w.op("Cast", w.op("Sub", value, top), to=INT64))
        return w.op("Where", w.op("Less", value, top), w.op("Cast", value, to=INT64), high)

    def magnitude(self, value):
        """64 bits as a double."""
        w, split = self.w, self.number(2**32, INT64)
        low = w.op("Mod", value, split)
        high = w.op("Mod", w.op("Div", w.op("Sub", value, low), split), split)
        low, high = (w.op("Cast", part, to=TensorProto.DOUBLE) for part in (low, high))
        return w.op("Add", w.op("Mul", high, self.number(2.0**32, TensorProto.DOUBLE)), low)

    def shift(self, node):
        """By constants, as products and quotients. All bits or more leave zero, or copies of the sign; so does a negative
        amount, which is a large one without its sign."""
        w, kind = self.w, self.kind(node.output[0])
        amounts = w.value(node.input[1])
        if amounts is None:
            raise Refused(node, "shifts by amounts that are not constant")
        left, signed = attributes_of(node)["direction"] == b"LEFT", kind in (INT8, INT16, INT32, INT64)
        computed = INT64 if kind == INT32 else COMPUTED.get(kind, kind)
        bits = 8 * np.dtype(helper.tensor_dtype_to_np_dtype(kind)).itemsize
        amounts = [int(a) if 0 <= a < bits else bits for a in amounts.reshape(-1)]
        shape = w.shape(node.input[1])
        value = w.op("Cast", node.input[0], to=INT64) if kind == INT32 else self.wide(node.input[0])
        constants = lambda numbers: w.constant(np.array(numbers, np.uint64).astype(
            helper.tensor_dtype_to_np_dtype(computed)).reshape(shape))
        if left:
            result = w.op("Mul", value, constants([2**a if a < bits else 0 for a in amounts]))
        elif computed == INT64 and any(a > 62 for a in amounts):
            raise Refused(node, "shifts by more than 62 bits")
        else:
            divisor = constants([2**a for a in amounts])
            result = w.op("Div", w.op("Sub", value, w.op("Mod", value, divisor)) if signed or kind == UINT64 else value, divisor)
        if kind == UINT64 and not left:
            sign = constants([2**(64 - a) if a else 0 for a in amounts])
            result = w.op("Add", result, w.op("Where", w.op("Less", value, self.number(0, INT64)), sign, self.number(0, INT64)))
        if kind in (INT32, INT64):
            w.nodes.append(helper.make_node("Cast", [result], [node.output[0]], f"{w.prefix}.Cast", to=kind))
        else:
            self.narrow(result, node.output[0], not left)


def widen_integers(model):
    """The model with no other integers than torch-mlir computes right."""
    held = [v for v in model.graph.value_info if v.type.tensor_type.elem_type in (TensorProto.INT4, TensorProto.UINT4)]
    for value in held:
        model.graph.value_info.remove(value)
    model = onnx.shape_inference.infer_shapes(model)
    Rewriter(model).run()
    return model
