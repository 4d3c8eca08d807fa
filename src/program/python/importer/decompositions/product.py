"""Products of matrices."""


def mat_mul(node, w, _):
    """Of vectors: torch-mlir knows them by a matrix only."""
    ranks = [w.shape(name) for name in node.input]
    if None in ranks or 1 not in map(len, ranks) or max(map(len, ranks)) < 3:
        return None
    left, right = node.input
    if len(ranks[0]) == 1:
        return [w.op("Squeeze", w.op("MatMul", w.op("Unsqueeze", left, w.ints(0)), right), w.ints(-2))]
    return [w.op("Squeeze", w.op("MatMul", left, w.op("Unsqueeze", right, w.ints(1))), w.ints(-1))]


def gemm(node, w, attributes):
    """With factors: torch-mlir forgets that of the product where nothing is added, and knows floats only."""
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    added = node.input[2] if len(node.input) > 2 else ""
    if alpha == 1 and beta == 1 and not w.is_integer(node.input[0]) or not w.known_type(node.input[0]):
        return None
    number = lambda value: w.constant(value, node.input[0])
    sides = [w.op("Transpose", name, perm=[1, 0]) if attributes.get(key, 0) else name
             for name, key in zip(node.input, ("transA", "transB"))]
    result = w.op("MatMul", *sides)
    result = result if alpha == 1 else w.op("Mul", result, number(alpha))
    if added:
        result = w.op("Add", result, added if beta == 1 else w.op("Mul", added, number(beta)))
    return [result]
