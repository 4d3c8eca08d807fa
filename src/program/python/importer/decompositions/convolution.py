"""Transposed convolutions."""
import numpy as np


def conv_transpose(node, w, attributes):
    """Where strides are as long as the window: a product for every pixel, whose results are spread.
    Otherwise, and where torch-mlir does not know it: zeros between the pixels, and a convolution."""
    x, weight = w.shape(node.input[0]), w.shape(node.input[1])
    if x is None or weight is None:
        return None
    window, rank = weight[2:], len(weight) - 2
    strides = list(attributes.get("strides", [1] * rank))
    dilations = attributes.get("dilations", [1] * rank)
    groups = attributes.get("group", 1)
    extra = list(attributes.get("output_padding", [0] * rank))
    pads = transposed_pads(attributes, x[2:], window, strides, dilations, extra)
    values = w.value(node.input[1])
    bias = [name for name in node.input[2:3] if name]
    plain = groups == 1 and not any(pads) and not any(extra) and rank == 2 and window == strides and np.prod(window) > 1
    if plain and values is not None and all(w.value(b) is not None for b in bias):
        return [pixel_by_pixel(node.input[0], w, x, values, *(w.value(b) for b in bias))]
    asks = attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID") or "output_shape" in attributes
    known = pads[:rank] == pads[rank:] and all(e < s for e, s in zip(extra, strides)) and min(pads) >= 0
    if groups == 1 and known and not asks:
        return None
    stuffed = with_zeros_between(node.input[0], w, x, strides)
    reach = [(extent - 1) * dilation for extent, dilation in zip(window, dilations)]
    low = [r - p for r, p in zip(reach, pads[:rank])]
    high = [r - p + e for r, p, e in zip(reach, pads[rank:], extra)]
    stuffed = w.op("Pad", stuffed, w.ints(0, 0, *low, 0, 0, *high))
    return [w.op("Conv", stuffed, flipped(node.input[1], w, groups), *bias, group=groups, dilations=dilations)]


def pixel_by_pixel(name, w, x, values, bias=None):
    channels, *window = values.shape[1:]
    flat = values.transpose(1, 2, 3, 0).reshape(-1, values.shape[0], 1, 1)
    spread = [] if bias is None else [w.constant(np.repeat(bias, window[0] * window[1]))]
    product = w.op("Conv", name, w.constant(flat), *spread)
    n, _, height, width = x
    apart = w.op("Reshape", product, w.ints(n, channels, *window, height, width))
    between = w.op("Transpose", apart, perm=[0, 1, 4, 2, 5, 3])
    return w.op("Reshape", between, w.ints(n, channels, height * window[0], width * window[1]))


def with_zeros_between(name, w, x, strides):
    """[N, C, H, W] -> [N, C, H, 1, W, 1] -> [N, C, H, s, W, s] -> [N, C, H s, W s] less the last zeros"""
    if all(stride == 1 for stride in strides):
        return name
    apart, spread, zeros = x[:2], x[:2], [0, 0]
    for extent, stride in zip(x[2:], strides):
        apart, spread, zeros = apart + [extent, 1], spread + [extent * stride], zeros + [0, stride - 1]
    stuffed = w.op("Pad", w.op("Reshape", name, w.ints(*apart)), w.ints(*([0] * len(zeros) + zeros)))
    stuffed = w.op("Reshape", stuffed, w.ints(*spread))
    ends = [(extent - 1) * stride + 1 for extent, stride in zip(x[2:], strides)]
    return w.op("Slice", stuffed, w.ints(*[0] * len(ends)), w.ints(*ends), w.ints(*range(2, len(x))))


def flipped(name, w, groups):
    """[C, F / groups, ...] -> [F, C / groups, ...], each window backwards."""
    taken, made, *window = w.shape(name)
    values = w.value(name)
    if values is not None:
        back = values[(slice(None),) * 2 + (slice(None, None, -1),) * len(window)]
        grouped = back.reshape(groups, taken // groups, made, *window).swapaxes(1, 2)
        return w.constant(np.ascontiguousarray(grouped.reshape(groups * made, -1, *window)))
    for axis, extent in enumerate(window, 2):
        name = w.op("Gather", name, w.ints(*reversed(range(extent))), axis=axis) if extent > 1 else name
    grouped = w.op("Reshape", name, w.ints(groups, taken // groups, made, *window))
    turned = w.op("Transpose", grouped, perm=[0, 2, 1, *range(3, 3 + len(window))])
    return w.op("Reshape", turned, w.ints(groups * made, taken // groups, *window))


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
