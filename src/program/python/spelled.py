"""Operators spelled out in simpler ones: those that torch-mlir has none or a wrong form of, and that
ONNX defines by no function. A writer takes a node and gives its results' names, or None to leave it be."""
import itertools

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import branches
from recurrent import recurrent
from refusal import Refused, full_name
from regions import affine_grid, col2im, roi_align
from resize import resize
from scattered import compress, max_unpool, reverse_sequence, reversing_slice, scatter_extremes
from spectra import dft, stft


class Writer:
    """Shapes and constants of a model, and the nodes that are written into it."""

    def __init__(self, model):
        self.model, self.nodes, self.numbers = model, [], itertools.count()
        self.opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
        self.constants = {i.name: i for i in model.graph.initializer}
        self.types = {v.name: v.type.tensor_type for v in
                      [*model.graph.value_info, *model.graph.input, *model.graph.output]}

    def shape(self, name):
        """Static extents, or None."""
        if name in self.constants:
            return list(self.constants[name].dims)
        if name not in self.types or not self.types[name].HasField("shape"):
            return None
        dims = self.types[name].shape.dim
        return [d.dim_value for d in dims] if all(d.HasField("dim_value") for d in dims) else None

    def element(self, name):
        return (self.constants[name].data_type if name in self.constants
                else self.types[name].elem_type if name in self.types else TensorProto.UNDEFINED)

    def value(self, name):
        """The numbers of a constant, or None."""
        return numpy_helper.to_array(self.constants[name]) if name in self.constants else None

    def constant(self, array, like=None):
        array = np.asarray(array)
        if like is not None:
            array = array.astype(helper.tensor_dtype_to_np_dtype(self.element(like)))
        name = f"{self.prefix}.c{next(self.numbers)}"
        self.model.graph.initializer.append(numpy_helper.from_array(array, name))
        self.constants[name] = self.model.graph.initializer[-1]
        return name

    def split_into(self, parts):
        """What a Split into equal parts is told, which changed with set 18."""
        return {"num_outputs": parts} if self.opset >= 18 else {}

    def reduce(self, kind, value, *axes, keepdims=0):
        """Over those axes, which became an input with set 18."""
        if self.opset >= 18:
            return self.op(kind, value, self.ints(*axes), keepdims=keepdims)
        return self.op(kind, value, axes=axes, keepdims=keepdims)

    def ints(self, *numbers):
        return self.constant(np.array(numbers, np.int64))

    def op(self, kind, *inputs, outputs=1, **attributes):
        made = [f"{self.prefix}.v{next(self.numbers)}" for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, f"{self.prefix}.{kind}", **attributes))
        return made[0] if outputs == 1 else made

    def constants_of(self, names):
        """Their numbers where all are known, or None."""
        values = [self.value(name) for name in names]
        return None if any(v is None for v in values) else values



def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def spell(model, writers):
    """Rewrites what `writers` know; True when anything was."""
    writer, changed = Writer(model), False
    for node in model.graph.node:
        results, before = None, len(writer.nodes)
        if full_name(node) in writers:
            writer.prefix = f"{node.name or node.op_type}.{node.output[0]}"
            results = writers[full_name(node)](node, writer, attributes_of(node))
        if results is None:
            del writer.nodes[before:]
            writer.nodes.append(node)
            continue
        changed = True
        named = {made: wanted for made, wanted in zip(results, node.output) if made and wanted}
        for made in writer.nodes[before:]:
            made.output[:] = [named.get(o, o) for o in made.output]
            made.input[:] = [named.get(i, i) for i in made.input]
    if changed:
        del model.graph.node[:]
        model.graph.node.extend(writer.nodes)
    return changed


def one_hot(node, w, attributes):
    depth, shape, result = w.value(node.input[1]), w.shape(node.input[0]), w.shape(node.output[0])
    if shape is None or depth is None and result is None:
        return None
    rank = len(shape)
    axis = attributes.get("axis", -1) % (rank + 1)
    depth = result[axis] if depth is None else int(depth.reshape(-1)[0])
    at = w.op("Unsqueeze", w.op("Cast", node.input[0], to=TensorProto.INT64), w.ints(axis))
    at = w.op("Where", w.op("Less", at, w.ints(0)), w.op("Add", at, w.ints(depth)), at)
    places = w.constant(np.arange(depth).reshape([-1] + [1] * (rank - axis)))
    off, on = (w.op("Gather", node.input[2], w.ints(i)) for i in (0, 1))
    return [w.op("Where", w.op("Equal", at, places), on, off)]


def lp_normalization(node, w, attributes):
    """Zeros stay zeros."""
    reduce = "ReduceL1" if attributes.get("p", 2) == 1 else "ReduceL2"
    norm = w.op(reduce, node.input[0], w.ints(attributes.get("axis", -1)))
    is_zero = w.op("Equal", norm, w.constant([0], node.input[0]))
    return [w.op("Div", node.input[0], w.op("Where", is_zero, w.constant([1], node.input[0]), norm))]


def mat_mul(node, w, _):
    """Of vectors: torch-mlir knows them by a matrix only."""
    ranks = [w.shape(name) for name in node.input]
    if None in ranks or 1 not in map(len, ranks) or max(map(len, ranks)) < 3:
        return None
    left, right = node.input
    if len(ranks[0]) == 1:
        return [w.op("Squeeze", w.op("MatMul", w.op("Unsqueeze", left, w.ints(0)), right), w.ints(-2))]
    return [w.op("Squeeze", w.op("MatMul", left, w.op("Unsqueeze", right, w.ints(1))), w.ints(-1))]


def conv_transpose(node, w, attributes):
    """Where strides are as long as the window: a product for every pixel, whose results are spread.
    Grouped ones, which torch-mlir does not know: zeros between the pixels, and a convolution."""
    x, weight = w.shape(node.input[0]), w.shape(node.input[1])
    if x is None or weight is None:
        return None
    window, rank = weight[2:], len(weight) - 2
    strides = attributes.get("strides", [1] * rank)
    dilations = attributes.get("dilations", [1] * rank)
    groups = attributes.get("group", 1)
    extra = attributes.get("output_padding", [0] * rank)
    pads = transposed_pads(attributes, x[2:], window, strides, dilations, extra)
    plain = pads == [0] * (2 * rank) and not any(extra)
    values = w.value(node.input[1])
    bias = [node.input[2]] if len(node.input) > 2 else []
    if values is None:
        return None
    if groups == 1 and plain and rank == 2 and window == list(strides) and np.prod(window) > 1:
        area = window[0] * window[1]
        flat = values.transpose(1, 2, 3, 0).reshape(-1, weight[0], 1, 1)
        if bias and w.value(bias[0]) is None:
            return None
        bias = [w.constant(np.repeat(w.value(b), area)) for b in bias]
        product = w.op("Conv", node.input[0], w.constant(flat), *bias)
        n, _, height, width = x
        apart = w.op("Reshape", product, w.ints(n, weight[1], *window, height, width))
        between = w.op("Transpose", apart, perm=[0, 1, 4, 2, 5, 3])
        return [w.op("Reshape", between, w.ints(n, weight[1], height * window[0], width * window[1]))]
    if groups == 1 and attributes.get("auto_pad", b"NOTSET") in (b"NOTSET", b"VALID"):
        return None
    # [N, C, H, W] -> [N, C, H, 1, W, 1] -> [N, C, H, s, W, s] -> [N, C, H s, W s] less the last zeros
    apart, spread = x[:2], x[:2]
    zeros = [0, 0]
    for extent, stride in zip(x[2:], strides):
        apart, spread, zeros = apart + [extent, 1], spread + [extent * stride], zeros + [0, stride - 1]
    stuffed = w.op("Reshape", node.input[0], w.ints(*apart))
    stuffed = w.op("Pad", stuffed, w.ints(*([0] * len(zeros) + zeros)))
    stuffed = w.op("Reshape", stuffed, w.ints(*spread))
    axes = list(range(2, rank + 2))
    ends = [(extent - 1) * stride + 1 for extent, stride in zip(x[2:], strides)]
    stuffed = w.op("Slice", stuffed, w.ints(*[0] * rank), w.ints(*ends), w.ints(*axes))
    reach = [(extent - 1) * dilation for extent, dilation in zip(window, dilations)]
    low = [r - p for r, p in zip(reach, pads[:rank])]
    high = [r - p + e for r, p, e in zip(reach, pads[rank:], extra)]
    stuffed = w.op("Pad", stuffed, w.ints(0, 0, *low, 0, 0, *high))
    flipped = values[(slice(None),) * 2 + (slice(None, None, -1),) * rank]
    grouped = flipped.reshape(groups, weight[0] // groups, weight[1], *window).swapaxes(1, 2)
    kernel = w.constant(np.ascontiguousarray(grouped.reshape(groups * weight[1], -1, *window)))
    return [w.op("Conv", stuffed, kernel, *bias, group=groups, dilations=dilations)]


def transposed_pads(attributes, extents, window, strides, dilations, extra):
    same, shape = attributes.get("auto_pad", b"NOTSET"), attributes.get("output_shape")
    rank = len(extents)
    if shape is None and same not in (b"SAME_UPPER", b"SAME_LOWER"):
        return list(attributes.get("pads", [0] * (2 * rank)))
    wanted = shape[-rank:] if shape else [e * s for e, s in zip(extents, strides)]
    total = [s * (e - 1) + p + (k - 1) * d + 1 - o for e, s, k, d, o, p in
             zip(extents, strides, window, dilations, wanted, extra)]
    half = [t // 2 for t in total]
    rest = [t - h for t, h in zip(total, half)]
    return half + rest if same == b"SAME_UPPER" else rest + half


def swish(node, w, attributes):
    alpha = attributes.get("alpha", 1.0)
    scaled = node.input[0] if alpha == 1 else w.op("Mul", node.input[0], w.constant([alpha], node.input[0]))
    return [w.op("Mul", node.input[0], w.op("Sigmoid", scaled))]


def q_linear_mat_mul(node, w, _):
    """Products of whole numbers are exact; then once rounded."""
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = node.input
    whole = lambda value: w.op("Cast", value, to=TensorProto.INT32)
    product = w.op("MatMul", w.op("Sub", whole(a), whole(a_zero)), w.op("Sub", whole(b), whole(b_zero)))
    scale = w.op("Div", w.op("Mul", a_scale, b_scale), y_scale)
    scaled = w.op("Mul", w.op("Cast", product, to=TensorProto.FLOAT), w.op("Cast", scale, to=TensorProto.FLOAT))
    shifted = w.op("Add", w.op("Round", scaled), w.op("Cast", y_zero, to=TensorProto.FLOAT))
    limits = np.iinfo(helper.tensor_dtype_to_np_dtype(w.element(y_zero)))
    kept = w.op("Clip", shifted, w.constant(np.float32(limits.min)), w.constant(np.float32(limits.max)))
    return [w.op("Cast", kept, to=w.element(y_zero))]


def space_to_depth(node, w, attributes):
    shape, size = w.shape(node.input[0]), attributes["blocksize"]
    if shape is None:
        return None
    n, c, height, width = shape[0], shape[1], shape[2] // size, shape[3] // size
    crd = attributes.get("mode", b"DCR") == b"CRD"
    apart = w.op("Reshape", node.input[0], w.ints(n, c, height, size, width, size))
    turned = w.op("Transpose", apart, perm=[0, 1, 3, 5, 2, 4] if crd else [0, 3, 5, 1, 2, 4])
    return [w.op("Reshape", turned, w.ints(n, c * size * size, height, width))]


def depth_to_space(node, w, attributes):
    """torch-mlir's is right for square images only."""
    shape, size = w.shape(node.input[0]), attributes["blocksize"]
    if shape is None:
        return None
    n, c, height, width = shape[0], shape[1] // size**2, shape[2], shape[3]
    crd = attributes.get("mode", b"DCR") == b"CRD"
    apart = w.op("Reshape", node.input[0], w.ints(n, *([c, size, size] if crd else [size, size, c]), height, width))
    turned = w.op("Transpose", apart, perm=[0, 1, 4, 2, 5, 3] if crd else [0, 3, 4, 1, 5, 2])
    return [w.op("Reshape", turned, w.ints(n, c, height * size, width * size))]


def average_pool(node, w, attributes):
    """With windows that reach beyond the image: sums of them, divided by how many elements they hold. (torch-mlir
    counts these again for every element of every channel.)"""
    shape, window = w.shape(node.input[0]), attributes["kernel_shape"]
    rank = len(window)
    strides, dilations = (attributes.get(key, [1] * rank) for key in ("strides", "dilations"))
    pads = attributes.get("pads", [0] * (2 * rank))
    rounds_up, whole = attributes.get("ceil_mode", 0), attributes.get("count_include_pad", 0) or not any(pads)
    if shape is None or attributes.get("auto_pad", b"NOTSET") != b"NOTSET" or whole and not rounds_up:
        return None
    counts, beyond = np.ones([1] * rank), []
    for d, extent in enumerate(shape[2:]):
        low, high, reach = pads[d], pads[d + rank], (window[d] - 1) * dilations[d] + 1
        left = low + extent + high - reach
        length = (-(-left // strides[d]) if rounds_up else left // strides[d]) + 1
        if (length - 1) * strides[d] >= low + extent:
            length -= 1  # a window must start inside
        taps = np.arange(length)[:, None] * strides[d] + np.arange(window[d]) * dilations[d]
        first, end = (0, low + extent + high) if attributes.get("count_include_pad", 0) else (low, low + extent)
        inside = ((taps >= first) & (taps < end)).sum(1)
        counts = counts * inside.reshape([-1 if i == d else 1 for i in range(rank)])
        beyond.append(max(0, (length - 1) * strides[d] + reach - low - extent))
    padded = w.op("Pad", node.input[0], w.ints(0, 0, *pads[:rank], 0, 0, *beyond))
    pool = {"kernel_shape": window, "strides": strides}
    pool.update({"dilations": dilations} if any(d > 1 for d in dilations) else {})
    factors = w.constant(np.prod(window) / counts, node.input[0])
    return [w.op("Mul", w.op("AveragePool", padded, **pool), factors)]


def lrn(node, w, attributes):
    """A window over the channels of each pixel, channels last: torch-mlir's slides over whole images."""
    shape, size = w.shape(node.input[0]), attributes["size"]
    if shape is None or len(shape) < 3:
        return None
    last = [0, *range(2, len(shape)), 1]
    turned = w.op("Transpose", node.input[0], perm=last)
    flat = w.op("Reshape", turned, w.ints(int(np.prod(shape)) // shape[1], 1, shape[1]))
    mean = w.op("AveragePool", w.op("Mul", flat, flat), kernel_shape=[size], pads=[(size - 1) // 2, size // 2],
                count_include_pad=1)
    scale, bias, beta = (w.constant([attributes.get(key, usual)], node.input[0])
                         for key, usual in (("alpha", 1e-4), ("bias", 1.0), ("beta", 0.75)))
    result = w.op("Div", flat, w.op("Pow", w.op("Add", w.op("Mul", mean, scale), bias), beta))
    result = w.op("Reshape", result, w.ints(*(shape[d] for d in last)))
    return [w.op("Transpose", result, perm=[last.index(d) for d in range(len(shape))])]


def wrapping_pad(node, w, attributes):
    shape = w.shape(node.input[0])
    if attributes.get("mode", b"constant") != b"wrap":
        return None
    pads = w.value(node.input[1])
    if shape is None or pads is None:
        raise Refused(node, "wraps by a number of elements that is not constant")
    given = node.input[3] if len(node.input) > 3 else ""
    axes = w.value(given).tolist() if given else range(len(shape))
    result, half = node.input[0], len(pads) // 2
    for axis, low, high in zip(axes, pads[:half].tolist(), pads[half:].tolist()):
        places = np.arange(-low, shape[axis] + high) % shape[axis]
        result = w.op("Gather", result, w.constant(places), axis=axis)
    return [result]


def refused_where(condition, reason):
    def write(node, w, attributes):
        if condition(node, w, attributes):
            raise Refused(node, reason)
    return write


WRITERS = {
    "AffineGrid": affine_grid, "AveragePool": average_pool, "Col2Im": col2im, "Compress": compress, "ConvTranspose": conv_transpose,
    "DFT": dft, "DepthToSpace": depth_to_space, "GRU": recurrent, "LRN": lrn, "LSTM": recurrent,
    "LpNormalization": lp_normalization, "MatMul": mat_mul, "MaxUnpool": max_unpool, "OneHot": one_hot, "Pad": wrapping_pad, "QLinearMatMul": q_linear_mat_mul,
    "RNN": recurrent, "Resize": resize, "ReverseSequence": reverse_sequence, "RoiAlign": roi_align, "STFT": stft,
    "ScatterElements": scatter_extremes, "Slice": reversing_slice, "SpaceToDepth": space_to_depth, "Swish": swish,
    "Where": branches.check,
    # What torch-mlir takes otherwise than ONNX, and nothing above has spelled out.
    "Det": refused_where(lambda *_: True, "is not supported"),
    "GridSample": refused_where(lambda n, w, a: a.get("mode") == b"nearest", "is supported bilinear only"),
    "Unique": refused_where(lambda *_: True, "has a shape that depends on the values of its input; every size must be known, so "
                            "end the model before that node"),
}
