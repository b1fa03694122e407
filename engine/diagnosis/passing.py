"""How a random network passes on the size of signals and gradients, by theory.

`engine.layers.mean_field` says how a layer does; here they are put together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.layers import Passage, ResolvedLayer

_LEAST, _MOST = 1e-60, 1e60
"""Mean squares are kept between these, so that fifty layers of anything stay finite."""


@dataclass(frozen=True)
class Passing:
    """What theory says of one layer with weighted sums.

    Attributes
    ----------
    position : int
        The layer.
    argument : float
        Root mean square of its weighted sums.
    gradient : float
        That of dL/d(weighted sum), that of dL/d(output of the network) being 1.
    """

    position: int
    argument: float
    gradient: float


def passings(layers: Sequence[ResolvedLayer], size: float) -> tuple[Passing, ...]:
    """Return what theory says of the layers with weighted sums, from input to output.

    Layers of which it says nothing, such as recurrent ones, are taken to pass everything on.

    Parameters
    ----------
    layers : sequence of ResolvedLayer
        The network.
    size : float
        Root mean square of the inputs.
    """
    outputs: list[float] = []
    passages: list[Passage] = []
    for layer in layers:
        given = tuple(size**2 if source < 0 else outputs[source] for source in layer.sources)
        rule = layer.kind.mean_field(layer.options, layer.inputs)
        passage = rule(given) if rule else Passage(sum(given) / len(given), (1.0,) * len(given))
        passages.append(passage)
        outputs.append(_kept(passage.output))
    gradients = [0.0] * (len(layers) - 1) + [1.0]
    for position in range(len(layers) - 1, -1, -1):
        for source, factor in zip(layers[position].sources, passages[position].gradient,
                                  strict=True):
            if source >= 0:
                gradients[source] = min(gradients[source] + factor * gradients[position], _MOST)
    return tuple(Passing(position, math.sqrt(_kept(passage.argument)),
                         math.sqrt(gradients[position] * passage.slope))
                 for position, passage in enumerate(passages) if not math.isnan(passage.argument))


def _kept(square: float) -> float:
    return min(max(square, _LEAST), _MOST)
