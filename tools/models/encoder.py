"""Transformer encoders of real sizes with random weights, as PyTorch exports them: their time does not
depend on the numbers."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self, seed):
        self.nodes, self.weights, self.random = [], [], np.random.default_rng(seed)

    def op(self, kind, *inputs, **attributes):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape, scale=None):
        scale = scale or shape[-2] ** -0.5 if len(shape) > 1 else 0.1
        return self.constant((self.random.standard_normal(shape) * scale).astype(np.float32))

    def linear(self, x, inputs, outputs):
        return self.op("Add", self.op("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))

    def norm(self, x, width):
        scale = self.constant(np.ones(width, np.float32) + self.random.standard_normal(width).astype(np.float32) / 10)
        return self.op("LayerNormalization", x, scale, self.weight(width), axis=-1, epsilon=1e-6)

    def gelu(self, x):
        erf = self.op("Erf", self.op("Div", x, self.constant(np.float32(2 ** 0.5))))
        half = self.op("Mul", x, self.op("Add", erf, self.constant(np.float32(1))))
        return self.op("Mul", half, self.constant(np.float32(0.5)))

    def attention(self, x, tokens, width, heads):
        def apart(value, perm):
            shape = self.constant(np.array([1, tokens, heads, width // heads]))
            return self.op("Transpose", self.op("Reshape", value, shape), perm=perm)
        q, k, v = (apart(self.linear(x, width, width), perm) for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        scores = self.op("Div", self.op("MatMul", q, k), self.constant(np.float32((width / heads) ** 0.5)))
        mixed = self.op("Transpose", self.op("MatMul", self.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        return self.linear(self.op("Reshape", mixed, self.constant(np.array([1, tokens, width]))), width, width)

    def feed_forward(self, x, width):
        return self.linear(self.gelu(self.linear(x, width, 4 * width)), 4 * width, width)


def save(graph, shape, result, path):
    values = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)]
    made = helper.make_model(helper.make_graph(graph.nodes, path.stem, values, outputs, graph.weights),
                             ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(onnx.shape_inference.infer_shapes(made), path)
    return path


def bert(path, layers=2, tokens=128, width=768, heads=12):
    """Layers of BERT-base: normalised after each sum."""
    g, x = Graph(1), "x"
    for _ in range(layers):
        x = g.norm(g.op("Add", x, g.attention(x, tokens, width, heads)), width)
        x = g.norm(g.op("Add", x, g.feed_forward(x, width)), width)
    return save(g, [1, tokens, width], x, path)


def vit(path, layers=2, width=768, heads=12):
    """ViT-B/16 of an image 224x224 with fewer layers: patches, a class token, normalised before."""
    g, tokens = Graph(2), 197
    patches = g.op("Conv", "x", g.weight(width, 3, 16, 16, scale=0.03), g.weight(width), kernel_shape=[16, 16],
                   strides=[16, 16])
    patches = g.op("Transpose", g.op("Reshape", patches, g.constant(np.array([1, width, 196]))), perm=[0, 2, 1])
    x = g.op("Add", g.op("Concat", g.weight(1, 1, width), patches, axis=1), g.weight(1, tokens, width))
    for _ in range(layers):
        x = g.op("Add", x, g.attention(g.norm(x, width), tokens, width, heads))
        x = g.op("Add", x, g.feed_forward(g.norm(x, width), width))
    first = g.op("Gather", g.norm(x, width), g.constant(np.array(0)), axis=1)
    return save(g, [1, 3, 224, 224], g.linear(first, width, 1000), path)


MAKERS = {"bert": bert, "vit": vit}


def made(name, folder):
    path = folder / f"{name}.onnx"
    return path if path.exists() else MAKERS[name](path)
