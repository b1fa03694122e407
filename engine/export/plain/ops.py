"""What a node of the graph is in the NumPy script: the object that goes forward and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.export.graph import GraphLayer
from engine.export.plain.layers import FUNCTIONS
from engine.layers import Node


@dataclass(frozen=True)
class Made:
    """An object of a layer's class.

    Attributes
    ----------
    kind : str
        Its class.
    text : str
        What makes it.
    suffix : str
        What is added to the layer's name; empty for the object that has its parameters.
    functions : tuple[str, ...]
        Functions of `engine.export.plain.layers.FUNCTIONS` that it is given, by op.
    """

    kind: str
    text: str
    suffix: str = ""
    functions: tuple[str, ...] = ()


Writer = Callable[[GraphLayer, Node], Made]

OPS: dict[str, Writer] = {}
"""By op, what makes an object of a node."""


def _writes(*ops: str) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        OPS.update(dict.fromkeys(ops, writer))
        return writer
    return register


def _array(layer: GraphLayer, role: str) -> str:
    return f'weights["{layer.parameter(role).name}"]'


def _with_bias(kind: str, layer: GraphLayer, node: Node, *options: str) -> Made:
    given = [_array(layer, "weight"), *([_array(layer, "bias")] if node.attributes["bias"] else []),
             *options]
    return Made(kind, f"{kind}({', '.join(given)})")


@_writes(*FUNCTIONS)
def _function(_layer: GraphLayer, node: Node) -> Made:
    return Made("Function", f"Function({node.op}, {node.op}_slope)", node.op, (node.op,))


@_writes("linear")
def _linear(layer: GraphLayer, node: Node) -> Made:
    return _with_bias("Dense", layer, node)


@_writes("prelu")
def _prelu(layer: GraphLayer, _node: Node) -> Made:
    return Made("PReLU", f"PReLU({_array(layer, 'slope')})")


@_writes("softmax", "add", "concatenate")
def _plain(_layer: GraphLayer, node: Node) -> Made:
    kind = node.op.title()
    return Made(kind, f"{kind}()")


@_writes("dropout")
def _dropout(_layer: GraphLayer, node: Node) -> Made:
    return Made("Dropout", f"Dropout({node.number('rate')!r})")


@_writes("gaussian_noise")
def _noise(_layer: GraphLayer, node: Node) -> Made:
    return Made("GaussianNoise", f"GaussianNoise({node.number('deviation')!r})")


@_writes("batch_norm")
def _batch_norm(layer: GraphLayer, node: Node) -> Made:
    given = [_array(layer, role) for role in ("scale", "shift", "mean", "variance")]
    given += [f"epsilon={node.number('epsilon')!r}", f"momentum={node.number('momentum')!r}"]
    given += ["frozen=True"] if layer.frozen else []
    return Made("BatchNorm", f"BatchNorm({', '.join(given)})")


@_writes("layer_norm")
def _layer_norm(layer: GraphLayer, node: Node) -> Made:
    return Made("LayerNorm", f"LayerNorm({_array(layer, 'scale')}, {_array(layer, 'shift')}, "
                             f"epsilon={node.number('epsilon')!r})")


@_writes("sampling")
def _sampling(_layer: GraphLayer, node: Node) -> Made:
    return Made("Sampling", f"Sampling({node.number('weight')!r})")


@_writes("convolution")
def _convolution(layer: GraphLayer, node: Node) -> Made:
    return _with_bias("Convolution", layer, node, f"stride={node.whole('stride')}", _pad(node))


@_writes("transposed_convolution")
def _transposed(layer: GraphLayer, node: Node) -> Made:
    return _with_bias("TransposedConvolution", layer, node, f"stride={node.whole('stride')}",
                      f"size={layer.shape[:-1]}", _pad(node))


def _pad(node: Node) -> str:
    # Of a transposed one, places that no window reaches need nothing cut off.
    pairs = zip(node.axes("before"), (max(one, 0) for one in node.axes("after")), strict=True)
    return f"pad={tuple(pairs)}"


@_writes("max_pooling", "average_pooling")
def _pooling(_layer: GraphLayer, node: Node) -> Made:
    kind = {"max_pooling": "MaxPooling", "average_pooling": "AveragePooling"}[node.op]
    return Made(kind, f"{kind}({node.whole('size')}, stride={node.whole('stride')})")


@_writes("global_average")
def _global_average(layer: GraphLayer, _node: Node) -> Made:
    return Made("GlobalAverage", f"GlobalAverage({'masked=True' if layer.is_masked else ''})")


@_writes("upsampling")
def _upsampling(_layer: GraphLayer, node: Node) -> Made:
    return Made("Upsampling", f"Upsampling({node.whole('factor')})")


@_writes("flatten", "reshape")
def _reshape(_layer: GraphLayer, node: Node) -> Made:
    return Made("Reshape", f"Reshape({', '.join(map(str, node.axes('shape')))})")


@_writes("embedding")
def _embedding(layer: GraphLayer, node: Node) -> Made:
    more = ", padding=True" if node.attributes["padding"] else ""
    return Made("Embedding", f"Embedding({_array(layer, 'weight')}{more})")


@_writes("ngram_bag")
def _ngram_bag(layer: GraphLayer, node: Node) -> Made:
    rows, buckets = layer.parameter("weight").shape[0], node.whole("buckets")
    given = [_array(layer, "weight")]
    given += [_array(layer, "ratio")] if "ratio" in node.parameters else []
    given += [f"vocabulary={node.whole('vocabulary')}", f"buckets={min(buckets, rows)}",
              f"longest={node.whole('longest')}", f"mean={node.attributes['combine'] == 'mean'}",
              f"distinct={bool(node.attributes['distinct'])}"]
    return Made("NgramBag", f"NgramBag({', '.join(given)})")


@_writes("rnn", "lstm", "gru")
def _recurrent(layer: GraphLayer, node: Node) -> Made:
    kind = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[node.op]
    given = [_array(layer, "weight"), _array(layer, "state")]
    given += [f"{own}={_array(layer, role)}" for role, own in (("bias", "b"), ("candidate", "c"))
              if role in node.parameters]
    given.append(f"last={node.attributes['output'] == 'last'}")
    given += ["masked=True"] if layer.is_masked else []
    if node.attributes["truncation"]:
        given.append(f"truncation={node.whole('truncation')}")
    given += ["carried=True"] if node.attributes["carried"] else []
    return Made(kind, f"{kind}({', '.join(given)})")
