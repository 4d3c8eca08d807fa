"""Operators spelled out in simpler ones: those that torch-mlir has none or a wrong form of, and that
ONNX defines by no function."""
from .. import conditionals
from ..graph_writer import refused_where
from .activation import swish
from .convolution import conv_transpose
from .fourier import dft, stft
from .indexing import one_hot
from .layout import depth_to_space, space_to_depth
from .normalization import lp_normalization, lrn
from .pad import wrapping_pad
from .pool import average_pool
from .product import mat_mul, q_linear_mat_mul
from .recurrent import recurrent
from .regions import affine_grid, col2im, roi_align
from .resize import resize
from .scatter import compress, max_unpool, reverse_sequence, reversing_slice, scatter_extremes

DECOMPOSITIONS = {
    "AffineGrid": affine_grid, "AveragePool": average_pool, "Col2Im": col2im, "Compress": compress, "ConvTranspose": conv_transpose,
    "DFT": dft, "DepthToSpace": depth_to_space, "GRU": recurrent, "LRN": lrn, "LSTM": recurrent,
    "LpNormalization": lp_normalization, "MatMul": mat_mul, "MaxUnpool": max_unpool, "OneHot": one_hot, "Pad": wrapping_pad, "QLinearMatMul": q_linear_mat_mul,
    "RNN": recurrent, "Resize": resize, "ReverseSequence": reverse_sequence, "RoiAlign": roi_align, "STFT": stft,
    "ScatterElements": scatter_extremes, "Slice": reversing_slice, "SpaceToDepth": space_to_depth, "Swish": swish,
    "Where": conditionals.check,
    # What torch-mlir takes otherwise than ONNX, and nothing above has spelled out.
    "Det": refused_where(lambda *_: True, "is not supported"),
    "GridSample": refused_where(lambda n, w, a: a.get("mode") == b"nearest", "is supported bilinear only"),
    "Unique": refused_where(lambda *_: True, "has a shape that depends on the values of its input; every size must be known, so "
                            "end the model before that node"),
}
