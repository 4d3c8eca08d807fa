"""Operators that move blocks of elements."""


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
