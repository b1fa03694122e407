"""A first network for examples whose numbers stand in some order."""

from __future__ import annotations

import math

from msgspec.structs import replace

from engine.errors import EngineError
from engine.layers.adapt import output_layer
from engine.layers.kind import Shape
from engine.layers.shapes import infer_shapes
from engine.spec import LayerSpec, NetworkSpec, Option

_CONVOLUTIONS = frozenset({"conv2d", "conv1d"})
_WALKS = frozenset({"rnn", "lstm", "gru", "conv1d"})
_READ = {"image": _CONVOLUTIONS, "sound": _CONVOLUTIONS | _WALKS, "steps": _WALKS,
         "tokens": _WALKS | {"sequence_mean", "ngram_bag"}}
"""By the kind of an example, the layers of which one sees in which order its numbers stand."""

SMALLEST_SIDE = 8
"""Of an image that two poolings are not too much for."""


def suited(network: NetworkSpec, example: str, shape: Shape, vocabulary: int = 0
           ) -> NetworkSpec | None:
    """Return a small network that sees the order of an example's numbers, with the same output.

    Parameters
    ----------
    network : NetworkSpec
        The network that is there.
    example : str
        ``image``, ``sound``, ``tokens`` or ``steps``; there is none for others.
    shape : tuple[int, ...]
        Axes of an example.
    vocabulary : int
        How many tokens there are.

    Returns
    -------
    NetworkSpec | None
        None if the network sees it already, has no output layer, or too little would be left.
    """
    last = output_layer(network)
    if last is None or any(layer.kind in _READ.get(example, (layer.kind,)) for layer in network):
        return None
    layers = _of_tokens(vocabulary) if example == "tokens" else \
        _of_steps(shape) if example == "steps" else _of_image(shape)
    after = NetworkSpec((LayerSpec("input", "input"), *layers,
                         replace(last, id="output", inputs=())))
    try:
        infer_shapes(after, (math.prod(shape),))
    except EngineError:
        return None
    return after if example in ("steps", "tokens") or min(shape[:2]) >= SMALLEST_SIDE else None


def _of_image(shape: Shape) -> tuple[LayerSpec, ...]:
    height, width, channels = (*shape, 1)[:3]
    bent: dict[str, Option] = {"activation": "relu", "weights": "he_normal"}
    return (
        LayerSpec("reshape", "reshape", {"form": "image", "height": height, "width": width,
                                         "channels": channels}),
        LayerSpec("conv2d-1", "conv2d", {"filters": 8, "kernel": 3, **bent}),
        LayerSpec("pooling-1", "max_pooling", {"size": 2, "stride": 2}),
        LayerSpec("conv2d-2", "conv2d", {"filters": 16, "kernel": 3, **bent}),
        LayerSpec("pooling-2", "max_pooling", {"size": 2, "stride": 2}),
        LayerSpec("flatten", "flatten"))


def _of_steps(shape: Shape) -> tuple[LayerSpec, ...]:
    return (LayerSpec("reshape", "reshape", {"form": "sequence", "steps": shape[0],
                                             "features": math.prod(shape[1:])}),
            LayerSpec("gru", "gru", {"units": 16, "output": "last"}))


def _of_tokens(vocabulary: int) -> tuple[LayerSpec, ...]:
    return (LayerSpec("embedding", "embedding", {"vocabulary": vocabulary, "units": 16,
                                                 "padding": True}),
            LayerSpec("mean", "sequence_mean"))
