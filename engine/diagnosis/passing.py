"""How a random network passes on the size of signals and gradients, by theory.

What arrives at a unit of a wide network with random weights is a sum of many terms and so nearly
normal: mean squares are all that has to be followed, forward and backward (Poole et al. 2016,
Schoenholz et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from engine.data.dataset import Reals
from engine.layers import INITIALISERS, ResolvedLayer

NORMS = frozenset({"batch_norm", "layer_norm"})

SUMMING = frozenset({"dense", "conv2d", "conv1d", "conv2d_transpose"})
"""Kinds that give weighted sums of what they see."""

_STEP = 1e-4
_LEAST, _MOST = 1e-60, 1e60
"""Mean squares are kept between these, so that fifty layers of anything stay finite."""

_NODES, _SHARES = np.polynomial.hermite_e.hermegauss(101)

_FUNCTIONS: Mapping[str, Callable[[Reals], Reals]] = MappingProxyType({
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(0.5 * z),
    "linear": lambda z: z,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
    "gelu": lambda z: z * np.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))))(z),
    "selu": lambda z: 1.0507 * np.where(z > 0, z, 1.6733 * np.expm1(np.minimum(z, 0.0))),
    "silu": lambda z: z * (0.5 + 0.5 * np.tanh(0.5 * z)),
    "softplus": lambda z: np.logaddexp(0.0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "hard_tanh": lambda z: np.clip(z, -1.0, 1.0),
    "sine": np.sin,
})
"""Every activation function of `engine.layers.ACTIVATIONS` by key."""


@dataclass(frozen=True)
class Passing:
    """What theory says of one layer with drawn weights.

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


@lru_cache(maxsize=4096)
def moments(key: str, variance: float) -> tuple[float, float]:
    """Return the means of f(z)² and of f'(z)², z normal with mean 0.

    Parameters
    ----------
    key : str
        Key of the activation function f.
    variance : float
        The variance of z.
    """
    f = _FUNCTIONS[key]
    z, share = math.sqrt(variance) * _NODES, _SHARES / _SHARES.sum()
    slopes = (f(z + _STEP) - f(z - _STEP)) / (2 * _STEP)
    return float(share @ f(z)**2), float(share @ slopes**2)


def weight_size(layer: ResolvedLayer) -> float:
    """Return the root mean square of a layer's initial weights."""
    weights = next(p for p in layer.parameters() if p.is_weight)
    rows, columns = math.prod(weights.shape[:-1]), weights.shape[-1]
    scheme = INITIALISERS[layer.kind.initialiser(layer.options)]
    gain = float(layer.options["gain"]) if scheme.has_gain else 1.0
    if scheme.is_scaled_by_data:
        return 1 / math.sqrt(rows)
    if scheme.key == "identity":
        return gain / math.sqrt(rows)
    if scheme.key == "orthogonal":
        return gain / math.sqrt(max(rows, columns))
    # Enough of them to know their size, and no more: the network may be a large one.
    fan_out = math.prod(weights.shape[:-2]) * columns
    drawn = scheme.draw(np.random.default_rng(0), rows, fan_out, float(layer.options["spread"]),
                        (1024,))
    return gain * math.sqrt(float(np.mean(drawn**2)))


def passings(layers: Sequence[ResolvedLayer], weighted: Sequence[int], size: float
             ) -> tuple[Passing, ...]:
    """Return what theory says of the layers with drawn weights, from input to output.

    Parameters
    ----------
    layers : sequence of ResolvedLayer
        The network.
    weighted : sequence of int
        Positions of layers whose weights are drawn.
    size : float
        Root mean square of the inputs.

    Notes
    -----
    Recurrent layers and embeddings give what they give whatever comes in. A convolution's window is
    taken to lie inside the image.
    """
    outputs: list[float] = []
    arguments: dict[int, float] = {}
    back: list[tuple[float, ...]] = []
    slopes: list[float] = []
    for position, layer in enumerate(layers):
        given = [size**2 if source < 0 else outputs[source] for source in layer.sources]
        output, factors, slope = _passed(layer, given)
        if position in weighted:
            arguments[position] = output
            output, slope = _activated(layer, output)
            factors = tuple(factor * slope for factor in factors)
        outputs.append(_kept(output))
        back.append(factors)
        slopes.append(slope)
    gradients = [0.0] * len(layers)
    gradients[-1] = 1.0
    for position in range(len(layers) - 1, -1, -1):
        for source, factor in zip(layers[position].sources, back[position], strict=True):
            if source >= 0:
                gradients[source] = min(gradients[source] + factor * gradients[position], _MOST)
    return tuple(Passing(position, math.sqrt(arguments[position]),
                         math.sqrt(gradients[position] * slopes[position]))
                 for position in weighted)


def _kept(square: float) -> float:
    return min(max(square, _LEAST), _MOST)


def _activated(layer: ResolvedLayer, variance: float) -> tuple[float, float]:
    """Return the mean squares of f(z) and f'(z) of a layer's own function f."""
    if "activation" not in layer.options:
        return variance, 1.0
    return moments(layer.kind.activation(layer.options), float(f"{variance:.6g}"))


def _passed(layer: ResolvedLayer, given: Sequence[float]) -> tuple[float, tuple[float, ...], float]:
    """Return what a layer makes of mean squares, and of those of gradients on their way back.

    Of layers with weights both are those of the weighted sums; the last is the mean square of the
    slope of what stands behind them.
    """
    key, first = layer.kind.key, given[0]
    if key in SUMMING:
        weights = next(p for p in layer.parameters() if p.is_weight)
        square = weight_size(layer)**2
        fan_in = math.prod(weights.shape[:-1])
        fan_out = fan_in // weights.shape[-2] * weights.shape[-1]
        return _kept(fan_in * square * first), (fan_out * square,), 1.0
    if key in ("rnn", "lstm", "gru"):
        return 0.25, (1.0,), 1.0
    if key == "embedding":
        return weight_size(layer)**2, (0.0,), 1.0
    if key in NORMS:
        return 1.0, (1 / _kept(first),), 1.0
    if key == "activation":
        square, slope = moments(layer.kind.activation(layer.options), float(f"{first:.6g}"))
        return square, (slope,), 1.0
    if key == "add":
        return sum(given), (1.0,) * len(given), 1.0
    return sum(given) / len(given), (1.0,) * len(given), 1.0
