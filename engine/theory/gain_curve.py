"""Chi over the gain of the first weights: which gain an activation function asks for.

Of many equal layers with weights of variance ``gain² w / fan in`` and biases of mean b and variance
v, the variance q of weighted sums comes to ``gain² w E[f(b + √q z)²] + v``; there chi is
``gain² w E[f'(b + √q z)²]``. Where chi is 1, errors last (Schoenholz et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.layers import ACTIVATIONS, ResolvedLayer, resolve
from engine.layers.duals import Reals
from engine.layers.initialisers import INITIALISERS, SUM
from engine.layers.weighted import first_biases, weight_square
from engine.spec import NetworkSpec
from engine.theory.criticality import SIZES

TINY = 1e-300
"""What chi of 0 is taken for in logarithms: units that are all saturated pass nothing on."""


@dataclass(frozen=True)
class GainCurve:
    """Chi of layers with one activation function, over the gain of their weights.

    Attributes
    ----------
    activation : str
        Key of the function.
    layers : tuple[str, ...]
        Ids of the layers.
    gains, chi : float64[n]
        The gains, ascending, and chi at each.
    critical : tuple[float, ...]
        Gains at which chi is 1, as far as they lie between these.
    gain : float
        The gain that the layers have; NaN where theirs differ.
    """

    activation: str
    layers: tuple[str, ...]
    gains: Reals
    chi: Reals
    critical: tuple[float, ...]
    gain: float = math.nan

    def at(self, gain: float) -> float:
        """Return chi at a gain between the ends of the curve; NaN for NaN."""
        return math.nan if math.isnan(gain) else float(
            np.exp(np.interp(math.log(gain), np.log(self.gains),
                             np.log(np.maximum(self.chi, TINY)))))


def chi_over_gain(activation: str, gains: Reals, weight_variance: float, bias: float = 0.0,
                  bias_variance: float = 0.0) -> Reals:
    """Return chi where many equal layers come to, float64[n].

    Parameters
    ----------
    activation : str
        Key of the function.
    gains : float64[n]
        Factors on the weights.
    weight_variance : float
        Variance of a weight at gain 1, times the numbers in a weighted sum.
    bias, bias_variance : float
        Mean of the biases, and their variance.
    """
    value, slope = _squares(activation, bias)
    factors = np.asarray(gains)[:, None]**2 * weight_variance
    growth = (factors * value + bias_variance) / SIZES - 1
    rests = np.array([_rest(row) for row in growth])
    return np.asarray(factors[:, 0] * np.interp(rests, np.log(SIZES), slope))


def gain_curves(network: NetworkSpec, n_inputs: int, layer_ids: Collection[str], gains: Reals
                ) -> tuple[GainCurve, ...]:
    """Return the curve of every activation function behind weighted sums of a network.

    Parameters
    ----------
    network : NetworkSpec
        A network whose shapes fit.
    n_inputs : int
        Numbers of an example.
    layer_ids : collection of str
        Layers that count. Of these, dense layers and convolutions with random weights have a chi
        over their gain, which is that of their mean fan in.
    gains : float64[n]
        Ascending.
    """
    layers = resolve(network, (n_inputs,))
    groups: dict[str, list[ResolvedLayer]] = {}
    for position, layer in enumerate(layers):
        if layer.spec.id in layer_ids and _has_curve(layer):
            groups.setdefault(_function_behind(layers, position), []).append(layer)
    return tuple(_curve(activation, group, gains) for activation, group in groups.items())


@lru_cache(maxsize=256)
def _squares(activation: str, bias: float) -> tuple[Reals, Reals]:
    """Return the means of f² and f'² around a mean, for every mean square of `SIZES`."""
    with np.errstate(all="ignore"):
        found = ACTIVATIONS[activation].dual(
            SIZES[:, None, None], np.full((len(SIZES), 1), bias))
    return found.value[:, 0, 0], found.slope[:, 0, 0]


def _curve(activation: str, group: Sequence[ResolvedLayer], gains: Reals) -> GainCurve:
    variances, biases, spreads = zip(*(_start(layer) for layer in group), strict=True)
    variance = math.exp(math.fsum(map(math.log, variances)) / len(variances))
    chi = chi_over_gain(activation, gains, variance, float(np.mean(biases)),
                        float(np.mean(spreads)))
    own = {float(layer.options["gain"]) for layer in group}
    return GainCurve(activation, tuple(layer.spec.id for layer in group), gains, chi,
                     _crossings(gains, chi), own.pop() if len(own) == 1 else math.nan)


def _has_curve(layer: ResolvedLayer) -> bool:
    options = layer.options
    if layer.kind.role != SUM or layer.kind.function_option != "activation":
        return False
    scheme = INITIALISERS[str(options["weights"])]
    return scheme.has_gain and scheme.is_random and _start(layer)[0] > 0


def _start(layer: ResolvedLayer) -> tuple[float, float, float]:
    """Return the variance of a weighted sum of numbers of mean square 1, at gain 1, and of biases.

    Those are their mean and variance.
    """
    options = {**layer.options, "gain": 1.0}
    fans = layer.kind.fans(options, layer.inputs)
    weights = next(one for one in layer.parameters() if one.name == "w")
    if fans is None:
        return 0.0, 0.0, 0.0
    square = weight_square(options, weights.shape, fans, 1.0, {})
    return (fans[0] * square if isinstance(square, float) else 0.0,
            *first_biases(options, {}, fans))


def _function_behind(layers: Sequence[ResolvedLayer], position: int) -> str:
    """Return the function of a layer's sums: its own, or that of a layer of its own behind it."""
    own = str(layers[position].options["activation"])
    readers = [layer for layer in layers if position in layer.sources]
    if own != "linear" or len(readers) != 1:
        return own
    reader = readers[0]
    is_function = bool(reader.kind.function_option) and not reader.parameters()
    return reader.kind.activation(reader.options) if is_function else own


def _rest(growth: Reals) -> float:
    """Return the logarithm of the mean square that one of 1 comes to, by how each would grow."""
    logarithms, middle = np.log(SIZES), len(SIZES) // 2
    if growth[middle] >= 0:
        ends = np.flatnonzero(growth[middle:] < 0)
        if not len(ends):
            return float(logarithms[-1])
        low = middle + int(ends[0]) - 1
    else:
        ends = np.flatnonzero(growth[:middle] >= 0)
        if not len(ends):
            return float(logarithms[0])
        low = int(ends[-1])
    share = growth[low] / (growth[low] - growth[low + 1])
    return float(logarithms[low] + share * (logarithms[low + 1] - logarithms[low]))


def _crossings(gains: Reals, chi: Reals) -> tuple[float, ...]:
    """Return where chi is 1, a straight line of logarithms being between two gains."""
    x, y = np.log(gains), np.log(np.maximum(chi, TINY))
    # What touches 1 from above or below does not cross it; what is 1 at a gain does so there.
    at = np.flatnonzero((y[:-1] < 0) != (y[1:] < 0))
    shares = -y[at] / (y[at + 1] - y[at])
    return tuple(np.exp(x[at] + shares * (x[at + 1] - x[at])).tolist())
