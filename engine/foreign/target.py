"""What a network has room for: the arrays of every layer that has any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.layers import Node, ResolvedLayer, Shape, resolve
from engine.layers.shapes import DATA
from engine.spec import NetworkSpec

CHANNELS_FIRST = frozenset({"convolution", "transposed_convolution", "max_pooling",
                            "average_pooling", "upsampling"})
"""What makes images and sequences whose channels stand first in PyTorch and ONNX."""

STEPS_FIRST = frozenset({"rnn", "lstm", "gru", "embedding", "linear"})
"""What makes sequences whose features stand last there, too."""


@dataclass(frozen=True)
class Target:
    """A layer that takes arrays.

    Attributes
    ----------
    layer_id : str
        The layer.
    op : str
        What it does with them, in the words of `engine.layers.export`.
    own : Mapping[str, str]
        What it calls them, by their role: ``{"weight": "w"}``.
    shapes : Mapping[str, tuple[int, ...]]
        Their shapes, by role.
    rows_of : tuple[int, ...]
        Axes of the image or sequence that the rows of its weights stand for, where one was
        flattened before it.
    turns : bool | None
        Whether other frameworks flatten it with the channels first; None where that cannot be said.
    """

    layer_id: str
    op: str
    own: Mapping[str, str]
    shapes: Mapping[str, Shape]
    rows_of: Shape = ()
    turns: bool | None = False


def targets(network: NetworkSpec, n_inputs: int) -> Iterator[Target]:
    """Yield the layers that take arrays, in their order.

    Parameters
    ----------
    network : NetworkSpec
        The network.
    n_inputs : int
        Numbers of an example.
    """
    layers = resolve(network, (n_inputs,))
    for layer in layers:
        shapes = {one.name: one.shape for one in layer.parameters()}
        for node in _nodes(layer):
            if node.parameters:
                rows_of, turns = _flattened(layer, layers) if node.op == "linear" else ((), False)
                yield Target(layer.spec.id, node.op, node.parameters, {
                    role: shapes[own] for role, own in node.parameters.items()}, rows_of, turns)


def _nodes(layer: ResolvedLayer) -> tuple[Node, ...]:
    return layer.kind.export(layer.options, layer.inputs) or ()


def _flattened(layer: ResolvedLayer, layers: Sequence[ResolvedLayer]) -> tuple[Shape, bool | None]:
    """Return the axes that were flattened before a layer, and whether others turn them."""
    source = _before(layer, layers)
    # What keeps every number in its place, such as dropout, may stand between.
    while source is not None and len(source.shape) == 1 and source.inputs[0] == source.shape:
        if any(node.op in ("linear", "flatten") for node in _nodes(source)):
            break
        source = _before(source, layers)
    if source is None or not any(node.op == "flatten" for node in _nodes(source)):
        return (), False
    axes = source.inputs[0]
    maker = _before(source, layers)
    while maker is not None and not _ops(maker) & (CHANNELS_FIRST | STEPS_FIRST | {"reshape"}):
        maker = _before(maker, layers)
    if len(axes) < 2 or axes[-1] == 1 or all(axis == 1 for axis in axes[:-1]):
        return (), False
    if maker is not None and _ops(maker) & CHANNELS_FIRST:
        return axes, True
    if maker is not None and _ops(maker) & STEPS_FIRST:
        return axes, False
    return axes, True if len(axes) == 3 else None


def _ops(layer: ResolvedLayer) -> set[str]:
    return {node.op for node in _nodes(layer)}


def _before(layer: ResolvedLayer, layers: Sequence[ResolvedLayer]) -> ResolvedLayer | None:
    source = layer.sources[0]
    return None if source == DATA else layers[source]
