"""Every node of the neutral graph as nodes of ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.errors import SpecError
from engine.export.graph import GraphLayer
from engine.export.onnx.builder import Builder, Value
from engine.export.onnx.recurrent import recurrent
from engine.layers import Node

Writer = Callable[[Builder, GraphLayer, Node, Sequence[Value]], Value]

TITLE = "ONNX"

TOKEN_OPS = frozenset({"embedding", "ngram_bag"})
"""What reads whole numbers."""


def _elementwise(op: str, **settings: Any) -> Writer:
    def write(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
        (x,) = inputs
        return replace(x, name=b.node(op, f"{layer.id}_{node.op}", x.name, **settings))
    return write


def _same(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    """Pass on what only training changes."""
    return inputs[0]


def _leaky_relu(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    return _elementwise("LeakyRelu", alpha=node.number("slope"))(b, layer, node, inputs)


def _gelu(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    """Write x (1 + erf(x / sqrt 2)) / 2, which is older than the operator Gelu."""
    (x,) = inputs
    stem = f"{layer.id}_gelu"
    part = b.node("Div", f"{stem}_part", x.name, b.scalar(f"{stem}_root", math.sqrt(2)))
    share = b.node("Add", f"{stem}_share", b.node("Erf", f"{stem}_erf", part),
                   b.scalar(f"{stem}_one", 1.0))
    half = b.node("Mul", f"{stem}_half", x.name, b.scalar(f"{stem}_factor", 0.5))
    return replace(x, name=b.node("Mul", stem, half, share))


def _silu(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    (x,) = inputs
    stem = f"{layer.id}_silu"
    return replace(x, name=b.node("Mul", stem, x.name, b.node("Sigmoid", f"{stem}_gate", x.name)))


def _hard_tanh(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    (x,) = inputs
    stem = f"{layer.id}_hard_tanh"
    return replace(x, name=b.node("Clip", stem, x.name, b.scalar(f"{stem}_low", -1.0),
                                  b.scalar(f"{stem}_high", 1.0)))


def _prelu(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.last(inputs[0])
    slope = b.array(layer.parameter("slope").name, b.weights(layer, "slope"))
    return replace(x, name=b.node("PRelu", f"{layer.id}_prelu", x.name, slope))


def _softmax(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.last(inputs[0])
    return replace(x, name=b.node("Softmax", f"{layer.id}_softmax", x.name, axis=-1))


def _linear(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.last(inputs[0])
    w = b.array(layer.parameter("weight").name, b.weights(layer, "weight"))
    bias = _bias(b, layer, node)
    shape = (*x.shape[:-1], node.whole("units"))
    if len(shape) == 1:
        name = b.node("Gemm", f"{layer.id}_sums", x.name, w, *bias)
    else:
        # Gemm multiplies matrices alone, not every step of a sequence.
        name = b.node("MatMul", f"{layer.id}_products", x.name, w)
        if bias:
            name = b.node("Add", f"{layer.id}_sums", name, *bias)
    return Value(name, shape)


def _bias(b: Builder, layer: GraphLayer, node: Node) -> tuple[str, ...]:
    if not node.attributes["bias"]:
        return ()
    return (b.array(layer.parameter("bias").name, b.weights(layer, "bias")),)


def _add(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    first, *others = inputs
    name = first.name
    for other in others:
        turned = b.first(other) if first.is_first else b.last(other)
        name = b.node("Add", f"{layer.id}_sum", name, turned.name)
    return replace(first, name=name)


def _concatenate(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    turned = [b.last(x) for x in inputs]
    width = sum(x.shape[-1] for x in turned)
    return Value(b.node("Concat", f"{layer.id}_row", *(x.name for x in turned), axis=-1),
                 (*turned[0].shape[:-1], width))


def _batch_norm(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.first(inputs[0])
    arrays = [b.array(layer.parameter(role).name, b.weights(layer, role))
              for role in ("scale", "shift", "mean", "variance")]
    return replace(x, name=b.node("BatchNormalization", f"{layer.id}_norm", x.name, *arrays,
                                  epsilon=node.number("epsilon")))


def _layer_norm(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    b.needs(17)
    x = b.last(inputs[0])
    arrays = [b.array(layer.parameter(role).name, b.weights(layer, role))
              for role in ("scale", "shift")]
    return replace(x, name=b.node("LayerNormalization", f"{layer.id}_norm", x.name, *arrays,
                                  axis=-1, epsilon=node.number("epsilon")))


def _convolution(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    return _windows(b, layer, node, inputs, "Conv",
                    pads=(*node.axes("before"), *node.axes("after")))


def _transposed(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    # What is not cut off behind the output, but added, has a name of its own.
    after = node.axes("after")
    cut, added = tuple(max(one, 0) for one in after), tuple(max(-one, 0) for one in after)
    return _windows(b, layer, node, inputs, "ConvTranspose", pads=(*node.axes("before"), *cut),
                    output_padding=added)


def _windows(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value], op: str,
             **settings: Any) -> Value:
    x, rank = b.first(inputs[0]), node.whole("rank")
    # (window..., c, o) becomes (o, c, window...), or (c, o, window...) of a transposed one.
    w = b.weights(layer, "weight").transpose(rank + 1, rank, *range(rank))
    arrays = b.array(layer.parameter("weight").name, w), *_bias(b, layer, node)
    name = b.node(op, f"{layer.id}_sums", x.name, *arrays,
                  kernel_shape=(node.whole("kernel"),) * rank,
                  strides=(node.whole("stride"),) * rank, **settings)
    return Value(name, layer.shape, is_first=True)


def _pooling(op: str) -> Writer:
    def write(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
        x, rank = b.first(inputs[0]), node.whole("rank")
        name = b.node(op, f"{layer.id}_pool", x.name, kernel_shape=(node.whole("size"),) * rank,
                      strides=(node.whole("stride"),) * rank)
        return Value(name, layer.shape, is_first=True)
    return write


def _global_average(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.last(inputs[0])
    if not x.mask:
        axes = tuple(range(1, len(x.shape)))
        return Value(b.node("ReduceMean", f"{layer.id}_mean", x.name, axes=axes, keepdims=0),
                     x.shape[-1:])
    stem = f"{layer.id}_mean"
    share = b.node("Unsqueeze", f"{stem}_mask", x.mask, b.whole(f"{stem}_behind", 2))
    steps = b.whole(f"{stem}_steps", 1)
    total = b.node("ReduceSum", f"{stem}_total", b.node("Mul", f"{stem}_counted", x.name, share),
                   steps, keepdims=0)
    count = b.node("Max", f"{stem}_count", b.node("ReduceSum", f"{stem}_number", x.mask, steps,
                                                  keepdims=1), b.scalar(f"{stem}_least", 1.0))
    return Value(b.node("Div", stem, total, count), x.shape[-1:])


def _upsampling(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.first(inputs[0])
    factors = np.array([1.0, 1.0] + [node.whole("factor")] * node.whole("rank"), np.float32)
    name = b.node("Resize", f"{layer.id}_larger", x.name, "",
                  b.sizes(f"{layer.id}_factors", factors), mode="nearest",
                  coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    return Value(name, layer.shape, is_first=True)


def _reshape(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    x = b.last(inputs[0])
    shape = node.axes("shape")
    wanted = b.whole(f"{layer.id}_shape", -1, *shape)
    return Value(b.node("Reshape", f"{layer.id}_{node.op}", x.name, wanted), shape,
                 is_whole=x.is_whole)


def _embedding(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    (x,) = inputs
    tokens = x.name if x.is_whole else b.cast(x.name, "int64")
    table = b.array(layer.parameter("weight").name, b.weights(layer, "weight"))
    name = b.node("Gather", f"{layer.id}_vectors", table, tokens, axis=0)
    mask = ""
    if node.marks_padding:
        mask = _unequal_zero(b, f"{layer.id}_mask", tokens)
    return Value(name, (x.shape[0], node.whole("units")), mask=mask)


def _unequal_zero(b: Builder, stem: str, tokens: str) -> str:
    is_padding = b.node("Equal", f"{stem}_padding", tokens, b.whole(f"{stem}_token", 0))
    return b.cast(b.node("Not", stem, is_padding), b.dtype)


def _ngram_bag(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    """Write a bag of single words; the rows of longer n-grams come from a hash of 64 bits."""
    if node.whole("longest") > 1 or node.attributes["distinct"]:
        raise SpecError("export.onnx-ngrams", place=layer.place)
    (x,) = inputs
    tokens = x.name if x.is_whole else b.cast(x.name, "int64")
    stem = f"{layer.id}_bag"
    table = b.weights(layer, "weight").copy()
    if "ratio" in node.parameters:
        table = table * b.weights(layer, "ratio")[:, None]
    mask = _unequal_zero(b, f"{stem}_mask", tokens)
    vectors = b.node("Gather", f"{stem}_vectors", b.array(layer.parameter("weight").name, table),
                     tokens, axis=0)
    units = node.whole("units")
    found = Value(vectors, (x.shape[0], units), mask=mask)
    if node.attributes["combine"] == "mean":
        return _global_average(b, layer, node, (found,))
    share = b.node("Unsqueeze", f"{stem}_share", mask, b.whole(f"{stem}_behind", 2))
    return Value(b.node("ReduceSum", stem, b.node("Mul", f"{stem}_counted", vectors, share),
                        b.whole(f"{stem}_steps", 1), keepdims=0), (units,))


def _sampling(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    """Pass on the means, as it is outside training: the first half of the numbers."""
    x = b.last(inputs[0])
    half = x.shape[-1] // 2
    stem = f"{layer.id}_means"
    return Value(b.node("Slice", stem, x.name, b.whole(f"{stem}_first", 0),
                        b.whole(f"{stem}_end", half), b.whole(f"{stem}_axis", 1)), (half,))


WRITERS: Mapping[str, Writer] = {
    "linear": _linear, "relu": _elementwise("Relu"), "tanh": _elementwise("Tanh"),
    "sigmoid": _elementwise("Sigmoid"), "leaky_relu": _leaky_relu,
    "elu": _elementwise("Elu", alpha=1.0), "gelu": _gelu,
    "selu": _elementwise("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "silu": _silu, "softplus": _elementwise("Softplus"), "softsign": _elementwise("Softsign"),
    "hard_tanh": _hard_tanh, "sine": _elementwise("Sin"), "prelu": _prelu, "softmax": _softmax,
    "dropout": _same, "gaussian_noise": _same, "add": _add, "concatenate": _concatenate,
    "batch_norm": _batch_norm, "layer_norm": _layer_norm, "convolution": _convolution,
    "transposed_convolution": _transposed, "max_pooling": _pooling("MaxPool"),
    "average_pooling": _pooling("AveragePool"), "global_average": _global_average,
    "upsampling": _upsampling, "flatten": _reshape, "reshape": _reshape,
    "embedding": _embedding, "ngram_bag": _ngram_bag, "rnn": recurrent, "lstm": recurrent,
    "gru": recurrent, "sampling": _sampling,
}
"""By what a node does."""


def write_layer(b: Builder, layer: GraphLayer, inputs: Sequence[Value]) -> Value:
    """Append a layer and return what it gives.

    Raises
    ------
    SpecError
        If ONNX cannot say what it does.
    """
    mask = _joined_mask(b, layer, inputs)
    values = tuple(inputs)
    for node in layer.nodes:
        writer = WRITERS.get(node.op)
        if writer is None:
            raise SpecError("export.cannot", place=layer.place, target=TITLE, what=node.op)
        if node.op not in TOKEN_OPS:
            values = tuple(b.real(value) for value in values)
        values = (writer(b, layer, node, values),)
        mask = values[0].mask if node.marks_padding else mask
    return replace(values[0], mask=mask if layer.gives_mask else "")


def _joined_mask(b: Builder, layer: GraphLayer, inputs: Sequence[Value]) -> str:
    """Return which steps count: those that count in any of the inputs."""
    masks = tuple(dict.fromkeys(value.mask for value in inputs if value.mask))
    return b.node("Max", f"{layer.id}_mask", *masks) if len(masks) > 1 else "".join(masks)
