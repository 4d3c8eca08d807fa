"""Einsum as products of matrices, an operand after the other."""
import string

import numpy as np

from ..errors import Refused


class Term:
    """A value and the letters of its dimensions."""

    def __init__(self, name, letters, extents):
        self.name, self.letters, self.extents = name, letters, dict(zip(letters, extents))

    def shape(self, letters):
        return [self.extents[letter] for letter in letters]


def einsum(node, w, attributes):
    shapes = [w.shape(name) for name in node.input]
    if None in shapes:
        raise Refused(node, "is supported for known shapes only")
    equation = attributes["equation"].decode().replace(" ", "")
    dotted = {len(shape) - len(term) for term, shape in zip(equation.partition("->")[0].split(","), shapes) if "..." in term}
    if len(dotted) > 1:
        raise Refused(node, "has ellipses that stand for different numbers of dimensions, which ONNX does not allow")
    inputs, output = parsed(equation, shapes)
    extents = {}
    for letters, shape in zip(inputs, shapes):
        extents.update((letter, max(extent, extents.get(letter, 1))) for letter, extent in zip(letters, shape))
    terms = [without_ones(w, diagonal(w, name, letters, shape), extents) for name, letters, shape in zip(node.input, inputs, shapes)]
    result = terms[0]
    for index, other in enumerate(terms[1:], 1):
        needed = set(output).union(*(term.letters for term in terms[index + 1:]))
        result = product(w, result, other, needed)
    result = summed(w, result, set(output))
    order = [result.letters.index(letter) for letter in output if letter in result.letters]
    name = result.name if order == sorted(order) else w.op("Transpose", result.name, perm=order)
    name = w.op("Reshape", name, w.ints(*(result.extents.get(letter, 1) for letter in output)))
    return [w.op("Expand", name, w.ints(*(extents[letter] for letter in output)))]


def parsed(equation, shapes):
    """The letters of each input and of the output; those of an ellipsis are capitals that nothing else has."""
    left, _, right = equation.partition("->")
    terms = left.split(",")
    free = [letter for letter in string.ascii_uppercase if letter not in equation]
    dots = free[:max([len(shape) - len(term) + 3 for term, shape in zip(terms, shapes) if "..." in term], default=0)]
    inputs = [term.replace("...", "".join(dots)) for term in terms]
    if "->" in equation:
        return inputs, right.replace("...", "".join(dots))
    once = sorted(letter for letter in set("".join(terms)) - {"."} if "".join(terms).count(letter) == 1)
    return inputs, "".join(dots + once)


def diagonal(w, name, letters, shape):
    """Where a letter is there twice, the elements at which both are the same."""
    while len(set(letters)) < len(letters):
        second = next(i for i, letter in enumerate(letters) if letter in letters[:i])
        first, extent = letters.index(letters[second]), shape[second]
        perm = [i for i in range(len(shape)) if i not in (first, second)] + [first, second]
        others = [shape[i] for i in perm[:-2]]
        flat = w.op("Reshape", w.op("Transpose", name, perm=perm), w.ints(*others, extent * extent))
        name = w.op("Gather", flat, w.constant(np.arange(extent) * (extent + 1)), axis=len(others))
        letters, shape = "".join(letters[i] for i in perm[:-1]), [*others, extent]
    return Term(name, letters, shape)


def without_ones(w, term, extents):
    """Less the dimensions that are broadcast."""
    kept = "".join(letter for letter in term.letters if term.extents[letter] == extents[letter])
    if kept == term.letters:
        return term
    return Term(w.op("Reshape", term.name, w.ints(*term.shape(kept))), kept, term.shape(kept))


def summed(w, term, needed):
    gone = [i for i, letter in enumerate(term.letters) if letter not in needed]
    if not gone:
        return term
    kept = "".join(letter for letter in term.letters if letter in needed)
    return Term(w.reduce("ReduceSum", term.name, *gone), kept, term.shape(kept))


def product(w, left, right, needed):
    """[batches, rows, sum] x [batches, sum, columns]"""
    left = summed(w, left, needed | set(right.letters))
    right = summed(w, right, needed | set(left.letters))
    shared = [letter for letter in left.letters if letter in right.letters]
    batch = [letter for letter in shared if letter in needed]
    taken = [letter for letter in shared if letter not in needed]
    rows = [letter for letter in left.letters if letter not in shared]
    columns = [letter for letter in right.letters if letter not in shared]
    if not taken and not (rows and columns):  # no product of matrices
        letters, narrow = (left.letters, right) if rows or not columns else (right.letters, left)
        aligned = in_order(w, narrow, [letter for letter in letters if letter in narrow.letters],
                           [narrow.extents.get(letter, 1) for letter in letters])
        wide = left if narrow is right else right
        return Term(w.op("Mul", wide.name, aligned), letters, wide.shape(letters))
    size = lambda term, letters: int(np.prod(term.shape(letters), dtype=np.int64))
    one = in_order(w, left, batch + rows + taken, [*left.shape(batch), size(left, rows), size(left, taken)])
    two = in_order(w, right, batch + taken + columns, [*right.shape(batch), size(right, taken), size(right, columns)])
    letters = "".join(batch + rows + columns)
    shape = left.shape(batch + rows) + right.shape(columns)
    return Term(w.op("Reshape", w.op("MatMul", one, two), w.ints(*shape)), letters, shape)


def in_order(w, term, letters, shape):
    perm = [term.letters.index(letter) for letter in letters]
    turned = term.name if perm == sorted(perm) else w.op("Transpose", term.name, perm=perm)
    return w.op("Reshape", turned, w.ints(*shape)) if shape != term.shape(letters) else turned
