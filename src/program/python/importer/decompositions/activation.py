"""Functions of one element."""


def swish(node, w, attributes):
    alpha = attributes.get("alpha", 1.0)
    scaled = node.input[0] if alpha == 1 else w.op("Mul", node.input[0], w.constant([alpha], node.input[0]))
    return [w.op("Mul", node.input[0], w.op("Sigmoid", scaled))]
