"""How a layer passes covariances on: what theory knows of what flows through a network.

In a wide network with random weights what arrives at a unit is nearly normal, and units are alike;
so that of every pair of examples one number is followed, the mean of the product of what they make
of a unit, and the same of the gradients on the way back. Neural network Gaussian processes and the
neural tangent kernel rest on these recursions (Lee et al. 2018; Jacot et al. 2018; Yang 2019).

Legend: n examples, p places (steps of a sequence, places of an image; 1 for a row of numbers).
Second moments are float64[g, m, m]: g = p and m = n where each place stands by itself, g = 1 and
m = p n, place by place, where places are known to go together as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.duals import Dual, DualRule, expanded, linear, unevenness
from engine.messages import Message, say

Reals = NDArray[np.float64]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """What a rule has to know of the batches of a training.

    Attributes
    ----------
    size, everything : int
        Examples in a batch, and all that are learned from.
    among : float64[n, n]
        Off the diagonal, the share that a pair of examples has of all pairs of different examples;
        on it, the share of an example of all.
    """

    size: int
    everything: int
    among: Reals

    @property
    def examples(self) -> int:
        """Examples that are looked at: n."""
        return len(self.among)

    def mean_square(self, pairs: Reals) -> float:
        """Return the mean square over a batch's mean of g, from the means of g g' for all pairs.

        Of ``pairs``, float64[n, n], the diagonal counts 1 / size and all others the rest, so that
        few examples speak for a batch of many.
        """
        own = float(np.diagonal(self.among) @ np.diagonal(pairs))
        return float(self.weigh(own, float(np.sum(self.among * pairs)) - own))

    def weigh(self, own: Any, others: Any) -> Any:
        """Return a mean square by means over examples, and over pairs of different ones.

        Examples as few as a probe's may seem to be more opposed to one another than all can be,
        whose sum has a square that is not negative.
        """
        others = np.maximum(others, -own / max(self.everything - 1, 1))
        return own / self.size + (1 - 1 / self.size) * others


@dataclass(frozen=True)
class Argument:
    """Normal numbers of which a signal is a function.

    Attributes
    ----------
    covariance, mean : float64[g, m, m], float64[g, m]
        Of them.
    function : callable
        The function.
    """

    covariance: Reals
    mean: Reals
    function: Callable[[Reals], Reals]


@dataclass(frozen=True)
class Typical:
    """What numbers of all training examples are like, where only some are looked at.

    Attributes
    ----------
    means : float64[k, ...]
        Mean over the examples of every class.
    counts : float64[k]
        How many there are.
    members : int64[n]
        The class of every example that is looked at.
    """

    means: Reals
    counts: Reals
    members: NDArray[np.int64]

    def reshaped(self, shape: Shape) -> Typical:
        """Return the same numbers in another shape."""
        return replace(self, means=self.means.reshape(len(self.means), *shape))


@dataclass(frozen=True)
class Signal:
    """What flows between two layers.

    Attributes
    ----------
    shape : tuple[int, ...]
        Shape for one example.
    second : float64[g, m, m]
        Mean over units, and over weights, of the product for two examples.
    mean : float64[g, m]
        Mean for an example over units and weights.
    values : float64[n, ...] | None
        The numbers themselves, where no random weights have been before.
    argument : Argument | None
        Where it is a function of normal numbers.
    typical : Typical | None
        Of such numbers, what those of all examples are like.
    drawn : callable | None
        Draws units, float64[places * n, count or more], where they are no function of normal
        numbers, each of its own; else None.
    mask : float64[n, places] | None
        Which steps of a sequence count, 1, and which are padding, 0; None: all count.
    origins : frozenset[int]
        Layers and inputs whose numbers are in it as they are, or a function of them: two signals
        that share one do not vary independently of one another.
    """

    shape: Shape
    second: Reals
    mean: Reals
    values: Reals | None = None
    argument: Argument | None = None
    typical: Typical | None = field(default=None, kw_only=True)
    drawn: Callable[[int], Reals] | None = field(default=None, kw_only=True)
    mask: Reals | None = field(default=None, kw_only=True)
    origins: frozenset[int] = field(default=frozenset(), kw_only=True)

    @property
    def places(self) -> int:
        """How many places there are."""
        return math.prod(self.shape[:-1])

    @property
    def examples(self) -> int:
        """How many examples there are."""
        groups, rows, _ = self.second.shape
        return int(groups * rows // self.places)

    @property
    def spread(self) -> Reals:
        """Covariance: second moments less the product of means."""
        return self.second - outer(self.mean)

    @property
    def square(self) -> float:
        """Mean square of all numbers."""
        return float(np.mean(np.diagonal(self.second, axis1=-2, axis2=-1)))


@dataclass(frozen=True)
class Learned:
    """What theory says of the gradient of one array that a layer learns.

    Attributes
    ----------
    size : int
        Its numbers.
    pairs : float64[n, n]
        For two examples, the mean of the product of what they add to the gradient of a number.
    """

    size: int
    pairs: Reals


@dataclass(frozen=True)
class Return:
    """What a layer sends back.

    Attributes
    ----------
    inputs : tuple[float64[g, m, m], ...]
        For each of its inputs, the second moments of dL/d(input).
    learned : tuple[Learned, ...]
        Of every array whose gradient is measured.
    steps : float64[steps] | None
        Mean square of dL/d(state) at every step, where a layer goes through time.
    """

    inputs: tuple[Reals, ...]
    learned: tuple[Learned, ...] = ()
    steps: Reals | None = None


@dataclass(frozen=True)
class Unrest:
    """Variances of logarithms of mean squares, from one draw of a layer's weights to another.

    Attributes
    ----------
    forward : float
        Of the mean square of its output.
    grip : float
        How much of the variance of its input, in deviations, comes to be that of its output.
    slope, backward : float
        Of dL/d(weighted sum) over dL/d(output), and of dL/d(input) over dL/d(weighted sum).
    """

    forward: float
    grip: float
    slope: float
    backward: float


@dataclass(frozen=True)
class Crossing:
    """What becomes of signals in a layer.

    Attributes
    ----------
    output : Signal
        What it gives.
    back : callable
        ``back(gradient)`` takes the second moments of dL/d(output), as the output has them.
    unrest : Unrest | None
        How far networks of this width differ from one another there; None: no more than before.
    """

    output: Signal
    back: Callable[[Reals], Return]
    unrest: Unrest | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a rule has to know beside its layer's options.

    Attributes
    ----------
    batch : Batch
        The batches.
    squares : Mapping[str, float]
        Mean squares of the layer's parameters by name, where they are measured; none at the start.
    number : int
        The layer's position, by which its own random numbers are told from others'.
    frozen : bool
        Whether its parameters are to stay as they are.
    """

    batch: Batch
    squares: Mapping[str, float]
    number: int
    frozen: bool = False


class NoRule(Exception):
    """What comes in is nothing that a rule is known for.

    Parameters
    ----------
    reason : Message
        Why.
    """

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


TOGETHER = 1024
"""Places times examples up to which places are followed together."""


def of_values(values: Reals, number: int, typical: Typical | None = None) -> Signal:
    """Return the signal of known numbers, float64[n, ...], that come from a layer of a number."""
    n, *shape = values.shape
    rows = np.swapaxes(values.reshape(n, -1, shape[-1]), 0, 1)
    places = len(rows)
    if places * n <= TOGETHER:
        rows = rows.reshape(1, -1, shape[-1])
    second = rows @ np.swapaxes(rows, 1, 2) / shape[-1]
    if typical is not None:
        blocks = second.reshape(places, n, -1, n) if len(second) == 1 else second[:, :, None]
        _make_typical(blocks, typical, len(second) == 1)
    return Signal(tuple(shape), second, rows.mean(axis=2), values, typical=typical,
                  origins=frozenset((number,)))


def _make_typical(blocks: Reals, typical: Typical, across: bool) -> None:
    """Shift the products of different examples to the means over all examples of their classes.

    A mean over few pairs is mostly chance, and what a batch's gradient is made of.

    Parameters
    ----------
    blocks : float64[p, n, p or 1, n]
        Products of examples at places; changed.
    typical : Typical
        The classes.
    across : bool
        Whether they are of all pairs of places; else of every place with itself.
    """
    count, *shape = typical.means.shape
    means = typical.means.reshape(count, -1, shape[-1])
    product = "cpf,dqf->cpdq" if across else "cpf,dpf->cpd"
    wanted = np.einsum(product, means, means).reshape(count, len(blocks), count, -1) / shape[-1]
    members = [np.flatnonzero(typical.members == one) for one in range(count)]
    for c, here in enumerate(members):
        for d, there in enumerate(members):
            if not len(here) or not len(there) or (c == d and len(here) < 2):
                continue
            some = blocks[:, here[:, None], :, there[None, :]]
            own = np.eye(len(here)) if c == d else np.zeros((len(here), len(there)))
            others = np.sum(some * (1 - own)[..., None, None], axis=(0, 1)) / np.sum(1 - own)
            target = wanted[c, :, d]
            if c == d:
                among = typical.counts[c]
                itself = np.einsum("aapq->pq", some) / len(here)
                target = (among * target - itself) / max(among - 1, 1)
            shift = np.multiply.outer(1 - own, target - others)
            blocks[:, here[:, None], :, there[None, :]] = some + shift


def unchanged(signal: Signal) -> Crossing:
    """Return what passes a signal and its gradient on as they are."""
    return Crossing(signal, lambda gradient: Return((gradient,)))


def scaled_diagonal(second: Reals, factor: float) -> Reals:
    """Return moments in which an example's product with itself is so many times larger."""
    found = second.copy()
    rows = np.arange(second.shape[-1])
    found[:, rows, rows] *= factor
    return found


def applied(signal: Signal, dual: DualRule, function: Callable[[Reals], Reals]
            ) -> tuple[Signal, Callable[[Reals], Reals]]:
    """Return a function of a signal, and what turns moments of its gradient into the argument's.

    Raises
    ------
    NoRule
        If the signal is neither normal nor a function of normal numbers.
    """
    if signal.values is not None:
        return _applied_to_values(signal, function)
    if dual is linear:
        return signal, lambda gradient: gradient
    if signal.drawn is not None:
        raise NoRule(say("theory.not-normal"))
    inner = signal.argument
    if inner is None:
        found = dual(signal.spread, signal.mean)
        argument = Argument(signal.spread, signal.mean, function)
    else:
        # A function of a function of normal numbers.
        before = inner.function
        argument = replace(inner, function=lambda u: function(before(u)))
        whole = expanded(argument.function, np.zeros_like)(inner.covariance, inner.mean)
        slopes = expanded(lambda u: _slope(function, before(u)), np.zeros_like)(
            inner.covariance, inner.mean)
        found = Dual(whole.mean, whole.value, slopes.value)
    output = Signal(signal.shape, found.value, found.mean, None, argument, origins=signal.origins)
    return output, lambda gradient: gradient * found.slope


def _slope(function: Callable[[Reals], Reals], u: Reals) -> Reals:
    step = 1e-6
    return (function(u + step) - function(u - step)) / (2 * step)


def _applied_to_values(signal: Signal, function: Callable[[Reals], Reals]
                       ) -> tuple[Signal, Callable[[Reals], Reals]]:
    values = signal.values
    assert values is not None
    slopes = of_values(_slope(function, values), 0)
    (number,) = signal.origins
    return of_values(function(values), number), lambda gradient: gradient * slopes.second


def weighted(second: Reals, shape: Shape, factor: float, biases: tuple[float, float], number: int
             ) -> Signal:
    """Return weighted sums of units: normal numbers.

    Parameters
    ----------
    second : float64[g, m, m]
        Moments of what is weighed.
    shape : tuple[int, ...]
        Of what comes out.
    factor : float
        Weights of a sum, times their mean square.
    biases : tuple[float, float]
        Mean of the biases, and their variance.
    number : int
        The layer that does it.
    """
    mean, variance = biases
    found = factor * second + (mean**2 + variance)
    return Signal(shape, found, np.full(found.shape[:2], mean), origins=frozenset((number,)))


def by_pairs(product: Reals, n: int) -> Reals:
    """Return the sum over places, or pairs of places, of float64[g, m, m]: float64[n, n]."""
    groups, m, _ = product.shape
    if groups > 1 or m == n:
        return np.asarray(product.sum(axis=0))
    return np.asarray(product.reshape(m // n, n, m // n, n).sum(axis=(0, 2)))


def each_place(second: Reals, n: int) -> Reals:
    """Return second moments of every place by itself, float64[p, n, n]."""
    groups, m, _ = second.shape
    if groups > 1 or m == n:
        return second
    places = np.arange(m // n)
    return np.asarray(second.reshape(m // n, n, m // n, n)[places, :, places, :])


def together(second: Reals) -> Reals:
    """Return moments of places that vary independently, float64[p, n, n], as float64[1, m, m]."""
    places, n, _ = second.shape
    if places == 1:
        return second
    found = np.zeros((places, n, places, n))
    each = np.arange(places)
    found[each, :, each, :] = second
    return found.reshape(1, places * n, places * n)


def outer(mean: Reals) -> Reals:
    """Return the products of all pairs of means, float64[g, m, m]."""
    return np.asarray(mean[..., :, None] * mean[..., None, :])


def alike(signals: Sequence[Signal]) -> list[Reals]:
    """Return moments in one form: places together where they are so in all signals."""
    if len({len(x.second) for x in signals}) == 1:
        return [x.second for x in signals]
    return [each_place(x.second, x.examples) for x in signals]


def like(gradient: Reals, signal: Signal) -> Reals:
    """Return moments of a gradient in the form that a signal's have."""
    if gradient.shape == signal.second.shape:
        return gradient
    if len(signal.second) == 1:
        return together(gradient)
    return each_place(gradient, signal.examples)


def unrest(signal: Signal, function: Callable[[Reals], Reals], seen: float, rotates: bool = False
           ) -> Unrest:
    """Return the unrest of a function of weighted sums.

    Parameters
    ----------
    signal : Signal
        The weighted sums; as many units of it are averaged over as it has.
    function : callable
        The function.
    seen : float
        Inputs, over which the gradient that is sent back is averaged.
    rotates : bool
        Whether the weights keep lengths, as orthogonal ones do.

    Notes
    -----
    A mean over k units of numbers whose mean fourth power is c times the squared mean square varies
    by (c - 1) / k. For ReLU and normal weights that makes 5 / k for a layer either way, as Hanin
    and Nica (2020) have it; errors, sums of many, are taken for normal numbers.
    """
    mean = float(np.mean(signal.mean))
    size = math.sqrt(max(signal.square - mean**2, 0.0))
    value, slope, grip = unevenness(function, size, mean)
    units = signal.shape[-1]
    lengths = 0.0 if rotates else 2.0
    return Unrest(max(value - 3 + lengths, 0.0) / units, grip,
                  3 * (slope - 1) / units, lengths / seen)
