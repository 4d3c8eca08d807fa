"""Transposed convolutions."""
import numpy as np


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
