"""Shapes: what flows from layer to layer."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.kind import Shape
from engine.layers.registry import kind
from engine.spec import LayerSpec, NetworkSpec


def place(position: int, layer: LayerSpec) -> str:
    """Return how messages call a layer: ``Layer 3 (Dense)``; the input layer is number 0."""
    return f"Layer {position} ({kind(layer.kind).title})"


def infer_shapes(network: NetworkSpec, data_shape: Shape) -> tuple[Shape, ...]:
    """Return the output shape of every layer.

    Parameters
    ----------
    network : NetworkSpec
        The layers.
    data_shape : tuple[int, ...]
        Shape of one example.

    Raises
    ------
    ShapeError
        At the first layer that does not fit what comes before it.
    """
    shapes: list[Shape] = []
    for position, layer in enumerate(network):
        layer_kind = kind(layer.kind)
        previous = shapes[-1] if shapes else data_shape
        try:
            shapes.append(layer_kind.infer_shape(layer_kind.options(layer), (previous,)))
        except ShapeError as error:
            raise ShapeError(place(position, layer), error.found, error.expected,
                             error.remedy) from error
    return tuple(shapes)


def parameter_counts(network: NetworkSpec, data_shape: Shape) -> tuple[int, ...]:
    """Return how many numbers every layer learns; raises as `infer_shapes` does."""
    shapes = (data_shape, *infer_shapes(network, data_shape))
    return tuple(
        sum(parameter.size for parameter in kind(layer.kind).parameters(
            kind(layer.kind).options(layer), (shape,)))
        for layer, shape in zip(network, shapes, strict=False)
    )
