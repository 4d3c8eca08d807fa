"""Operators spelled out in simpler ones: those that torch-mlir has none or a wrong form of, and that
ONNX defines by no function. One table: an operator, and what is written for it, in which operator sets."""
import math

from .. import conditionals
from ..graph_writer import refused_where
from .activation import clip, extreme, hard_swish, power, sign, softsign, swish
from .convolution import conv_transpose
from .deformation import deform_conv
from .einsum import einsum
from .fourier import dft, stft
from .indexing import one_hot
from .layout import depth_to_space, space_to_depth
from .linear_algebra import cum_prod, det
from .normalization import lp_normalization, lrn
from .pad import pad
from .pool import average_pool, lp_pool, max_pool
from .product import gemm, mat_mul
from .quantised import (conv_integer, dequantize_linear, dynamic_quantize_linear, mat_mul_integer, q_linear_conv, q_linear_mat_mul,
                        quantize_linear)
from .reduction import reduce_log_sum_exp, reduce_mean
from .regions import affine_grid, col2im, roi_align
from .resize import resize, upsample
from .sampling import grid_sample
from .scatter import compress, max_unpool, reverse_sequence, reversing_slice, scatter_extremes
from .selection import hardmax

EVER = math.inf

# operator, decomposition, the last operator set in which it means this. Meanings of the past are written before the model is
# converted to a newer set: the converter of onnx forgets them.
TABLE = [
    ("AffineGrid", affine_grid, EVER),
    ("AveragePool", average_pool, EVER),
    ("Clip", clip, EVER),
    ("Col2Im", col2im, EVER),
    ("Compress", compress, EVER),
    ("ConvInteger", conv_integer, EVER),
    ("ConvTranspose", conv_transpose, EVER),
    ("CumProd", cum_prod, EVER),
    ("DFT", dft, EVER),
    ("DeformConv", deform_conv, EVER),
    ("DepthToSpace", depth_to_space, EVER),
    ("DequantizeLinear", dequantize_linear, EVER),
    ("Det", det, EVER),
    ("DynamicQuantizeLinear", dynamic_quantize_linear, EVER),
    ("Einsum", einsum, EVER),
    ("Gemm", gemm, EVER),
    ("HardSwish", hard_swish, EVER),
    ("GridSample", grid_sample, EVER),
    ("Hardmax", hardmax, 12),
    ("LRN", lrn, EVER),
    ("LpPool", lp_pool, EVER),
    ("LpNormalization", lp_normalization, EVER),
    ("MatMul", mat_mul, EVER),
    ("MatMulInteger", mat_mul_integer, EVER),
    ("Max", extreme, EVER),
    ("MaxPool", max_pool, EVER),
    ("MaxUnpool", max_unpool, EVER),
    ("Min", extreme, EVER),
    ("OneHot", one_hot, EVER),
    ("Pad", pad, EVER),
    ("Pow", power, EVER),
    ("QLinearConv", q_linear_conv, EVER),
    ("QLinearMatMul", q_linear_mat_mul, EVER),
    ("QuantizeLinear", quantize_linear, EVER),
    ("ReduceLogSumExp", reduce_log_sum_exp, EVER),
    ("ReduceMean", reduce_mean, EVER),
    ("Resize", resize, EVER),
    ("Resize", upsample, 10),
    ("ReverseSequence", reverse_sequence, EVER),
    ("RoiAlign", roi_align, EVER),
    ("STFT", stft, EVER),
    ("ScatterElements", scatter_extremes, EVER),
    ("Sign", sign, EVER),
    ("Slice", reversing_slice, EVER),
    ("Softsign", softsign, EVER),
    ("SpaceToDepth", space_to_depth, EVER),
    ("Swish", swish, EVER),
    ("Upsample", upsample, 9),
    ("Where", conditionals.check, EVER),
    # What torch-mlir takes otherwise than ONNX, and nothing above has spelled out.
    ("Unique", refused_where(lambda *_: True, "has a shape that depends on the values of its input; every size must be known, so "
                             "end the model before that node"), EVER),
]
DECOMPOSITIONS = {operator: written for operator, written, last in TABLE if last == EVER}


def of_the_past(opset):
    """What operators meant at that set and do not mean any more."""
    return {operator: written for operator, written, last in TABLE if opset <= last < EVER}
