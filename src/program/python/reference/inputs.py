"""Inputs for a comparison: each set says how real and integer inputs are drawn."""
import zlib

import numpy as np

SETS = ("random", "signs and zeros", "magnitudes", "positive")
# When a model cannot run on a set, its free integers may be at fault: sizes, counts, unseen indices.
NARROWER = (None, 2, 1)


def is_real(dtype):
    return dtype.kind == "f" or dtype.name == "bfloat16"


def draw_reals(rng, which, shape, narrow):
    if which == "random":
        return rng.uniform(-1, 1, shape)
    if which == "signs and zeros":
        return np.where(rng.random(shape) < 0.5, 0.0, rng.normal(0, 2, shape))
    if which == "magnitudes":
        return rng.choice([-1.0, 1.0], shape) * 10 ** rng.uniform(-3, 1 if narrow else 3, shape)
    return rng.uniform(0.5, 1.5, shape)


def draw_integers(rng, which, dtype, shape, known, below):
    """`known`: the range of indices; `below`: all numbers are in [0, below)."""
    limits = np.iinfo(dtype)
    if below is not None:
        low, high = 0, below
    elif known:
        low, high = (known.low if which == "signs and zeros" else 0), known.high
    elif limits.bits == 8:
        low, high = limits.min, limits.max + 1
    else:
        low, high = {"signs and zeros": (-8, 8), "magnitudes": (-1000, 1000)}.get(which, (0, 2))
    return rng.integers(max(low, int(limits.min)), min(high, int(limits.max)), shape, dtype=np.int64)


def draw(which, specs, ranges, below, narrow):
    """{name: array}; `specs` is a list of (name, dtype, shape). `narrow`: values of 16 bits must not overflow."""
    rng = np.random.default_rng(zlib.crc32(which.encode()))
    feeds = {}
    for name, dtype, shape in specs:
        if is_real(dtype):
            values = draw_reals(rng, which, shape, narrow)
        elif dtype.kind == "b":
            values = rng.random(shape) < 0.5
        else:
            values = draw_integers(rng, which, dtype, shape, ranges.get(name), below)
        feeds[name] = np.asarray(values).astype(dtype)
    return feeds
