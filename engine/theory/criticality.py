"""Whether the error signal lasts, vanishes or explodes: an activation function at its fixed point.

Through many equal layers the mean square q of weighted sums comes to a fixed point q*, where the
mean squared error signal is multiplied by ``chi = weight_variance E[f'(√q* z)²]`` in every layer
(Poole et al. 2016; Schoenholz et al. 2017). ReLU and other functions that are as bent at any size
have none, and need none: their chi does not depend on q.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.layers import ACTIVATIONS, ActivationFunction
from engine.layers.duals import Reals
from engine.messages import Message, say
from engine.theory.prediction import Prediction

SIZES = np.logspace(-12.0, 12.0, 193)
"""Mean squares between which a fixed point is looked for; 1 is among them."""

_SAME = 1e-3
"""A share by which a mean square may change and still counts as unchanged."""


@dataclass(frozen=True)
class Criticality:
    """What becomes of signals and errors in many equal wide layers.

    Attributes
    ----------
    q : float
        Mean square of the weighted sums at the fixed point that a network comes to from 1; 0 where
        they fade away; NaN where they grow for ever, or stay what they are.
    chi : float
        The factor of the mean squared error signal per layer there: below 1 it vanishes, above 1 it
        explodes.
    xi : float
        Layers through which the mean squared error signal changes e-fold; infinite for chi = 1.
    note : Message | None
        What is to be said where there is no fixed point but 0.
    """

    q: float
    chi: float
    xi: float
    note: Message | None = None


def criticality(activation: str, weight_variance: float, bias_variance: float) -> Criticality:
    """Return where an activation function stands between vanishing and exploding.

    Parameters
    ----------
    activation : str
        Key of the function.
    weight_variance : float
        Variance of a weight times the numbers in a weighted sum: 1 for LeCun, 2 for He.
    bias_variance : float
        Mean square of a bias.
    """
    function = ACTIVATIONS[activation]
    following = weight_variance * _squares(function, SIZES)[0] + bias_variance
    growth = following / SIZES - 1
    middle = len(SIZES) // 2
    if np.all(np.abs(growth) < _SAME):
        return _at(function, weight_variance, math.nan, 1.0, say("theory.any-size"))
    if growth[middle] >= 0:
        ends = np.flatnonzero(growth[middle:] < 0)
        if not len(ends):
            return _at(function, weight_variance, math.nan, SIZES[-1], say("theory.grows"))
        low = middle + int(ends[0]) - 1
    else:
        ends = np.flatnonzero(growth[:middle] >= 0)
        if not len(ends):
            return _at(function, weight_variance, 0.0, SIZES[0], say("theory.fades"))
        low = int(ends[-1])
    q = _between(function, weight_variance, bias_variance, SIZES[low], SIZES[low + 1])
    return _at(function, weight_variance, q, q, None)


def _between(function: ActivationFunction, weight_variance: float, bias_variance: float,
             low: float, high: float) -> float:
    for _ in range(40):
        middle = math.sqrt(low * high)
        found = _squares(function, np.array([middle]))[0][0]
        if weight_variance * found + bias_variance >= middle:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def _at(function: ActivationFunction, weight_variance: float, q: float, size: float,
        note: Message | None) -> Criticality:
    chi = weight_variance * float(_squares(function, np.array([size]))[1][0])
    logarithm = abs(math.log(chi)) if chi > 0 else math.inf
    return Criticality(q, chi, 1 / logarithm if logarithm > 1e-9 else math.inf, note)


def _squares(function: ActivationFunction, sizes: Reals) -> tuple[Reals, Reals]:
    """Return the means of f² and f'² of normal numbers of these mean squares."""
    with np.errstate(all="ignore"):
        found = function.dual(sizes[:, None, None], np.zeros((len(sizes), 1)))
    return found.value[:, 0, 0], found.slope[:, 0, 0]


def product_in_words(prediction: Prediction, layers: Sequence[str] = ()) -> Message | None:
    """Return what the factors of layers leave of the error signal: ``30 layers at 0.41 each``.

    Parameters
    ----------
    prediction : Prediction
        What theory says of a network.
    layers : sequence of str
        Ids of the layers that count; none: all that have a factor.

    Notes
    -----
    Factors of root mean squares, as a profile of gradients shows them: the square roots of chi.
    """
    factors = [layer.chi for layer in prediction.layers
               if layer.chi > 0 and (not layers or layer.layer_id in layers)]
    if not factors:
        return None
    whole = math.fsum(math.log(factor) for factor in factors) / 2
    return say("theory.product", count=len(factors), each=math.exp(whole / len(factors)),
               left=math.exp(min(max(whole, -700.0), 700.0)))
