"""How far the gradient of one network lies from what theory expects: the band from seed to seed.

Two things differ from seed to seed. The outputs do, and with them the error: drawn ones say how
much. And a layer of k units has mean squares that vary by about 1 / k, which adds up over the
layers before on the way forward, and over those behind on the way back: so that the logarithm of a
gradient varies by depth over width (Hanin and Nica 2020; Hanin and Rolnick 2018).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.layers import ResolvedLayer
from engine.layers.covariance import Batch, Crossing, Reals, Unrest
from engine.messages import Message
from engine.theory.output import Errors
from engine.theory.probe import Probe

NINETY = 1.6449
"""Deviations of a normal number within which 90 of 100 lie."""

SHARED = 0.7
"""Share of what width makes of one example's variance that is left in a batch's: as measured."""

WIDER = 1.5
"""What the band is wider than that of a normal number of this variance: as measured."""

ENOUGH, FEWEST = 400, 24
"""Drawn errors that are looked at, over all units of the output; fewest of a unit."""

LEAST = 0.02
"""Variance of the weights of one layer, whatever else is the same: as measured."""


@dataclass(frozen=True)
class Band:
    """Factors on the root mean square that theory expects.

    Attributes
    ----------
    middle, low, high : float
        Half of all seeds lie below ``middle``; 5 of 100 below ``low``, and above ``high``.
    """

    middle: float
    low: float
    high: float


def variances(layers: Sequence[ResolvedLayer], crossings: Sequence[Crossing | Message]
              ) -> list[float]:
    """Return what width makes of the variance of every layer's squared gradient, in logarithms."""
    count = len(layers)
    arriving, leaving, back = [0.0] * count, [0.0] * count, [0.0] * count
    for position, layer in enumerate(layers):
        arriving[position] = max((leaving[one] for one in layer.sources if one >= 0), default=0.0)
        unrest = _unrest(crossings[position])
        leaving[position] = arriving[position] if unrest is None else (
            unrest.grip**2 * arriving[position] + unrest.forward)
    found = [0.0] * count
    for position in range(count - 1, -1, -1):
        unrest = _unrest(crossings[position])
        own = back[position] + (unrest.slope if unrest else 0.0)
        found[position] = arriving[position] + own
        sent = own + (unrest.backward if unrest else 0.0)
        for source in layers[position].sources:
            if source >= 0:
                back[source] = max(back[source], sent)
    return found


def _unrest(crossing: Crossing | Message) -> Unrest | None:
    return None if isinstance(crossing, Message) else crossing.unrest


def of_layer(pairs: Reals, errors: Errors, probe: Probe, variance: float) -> Band:
    """Return the band of a layer.

    Parameters
    ----------
    pairs : float64[n, n]
        Moments of its gradient.
    errors : Errors
        Drawn errors of the output.
    probe : Probe
        The examples.
    variance : float
        What `variances` returns.
    """
    chance = _of_batches(pairs, probe.batch)
    # As of a sum of few squares, whose logarithm falls further than it rises.
    variance = SHARED * variance + LEAST
    below = variance / 2 + chance / 3
    half = WIDER * NINETY * math.sqrt(variance + chance + chance**2 / 2 + chance**3 / 6)
    drawn = _drawn(pairs, errors, probe)
    middle = float(np.median(drawn))
    if not middle > 0:
        return Band(1.0, math.exp(-half / 2), math.exp(half / 2))
    low, high = np.log(np.maximum(np.quantile(drawn, (0.05, 0.95)), 1e-6 * middle) / middle)
    # Squares of a gradient are spread like e to a normal number, whose middle lies below the mean.
    centre = math.log(middle) - below
    return Band(math.exp(centre / 2), math.exp((centre - math.hypot(low, half)) / 2),
                math.exp((centre + math.hypot(high, half)) / 2))


def _of_batches(pairs: Reals, batch: Batch) -> float:
    """Return the variance that comes from which examples are in the batch.

    A mean of vectors has a square that varies by how few directions these have: of g·g', the square
    over pairs says so.
    """
    among = batch.among - np.diag(np.diagonal(batch.among))
    own = float(np.diagonal(batch.among) @ np.diagonal(pairs))
    if not own > 0:
        return 0.0
    # In shares of it: the square of a gradient that has vanished may be no number above 0.
    pairs = pairs / own
    alike = min(float(np.sum(among * pairs**2)), 1.0)
    others = max(float(np.sum(among * pairs)), 0.0)
    chance = 1 / batch.size * (1 - batch.size / batch.everything)
    return (2 * chance**2 * alike + 4 * others * chance * math.sqrt(alike)) / (
        1 / batch.size + others)**2


def _drawn(pairs: Reals, errors: Errors, probe: Probe) -> Reals:
    """Return mean squares of the gradient for drawn outputs, in shares of their mean."""
    moments, drawn = errors.moments, errors.drawn
    if drawn is None or moments.shape != pairs.shape:
        return np.ones(1)
    some = np.abs(moments) > 1e-3 * np.mean(np.diagonal(moments))
    factors = np.where(some, pairs / np.where(some, moments, 1.0), 0.0)
    batch = probe.batch
    own = np.diag(np.diagonal(batch.among * factors))
    others = batch.among * factors - own
    drawn = drawn[:, :max(ENOUGH // drawn.shape[-1], FEWEST)]
    shape = drawn.shape
    rows = drawn.reshape(shape[0], -1)
    of_own = np.sum((own @ rows) * rows, axis=0).reshape(shape[1:]).mean(axis=1)
    of_others = np.sum((others @ rows) * rows, axis=0).reshape(shape[1:]).mean(axis=1)
    found = batch.weigh(of_own, of_others)
    mean = float(found.mean())
    return np.asarray(found / mean) if mean > 0 else np.ones(1)
