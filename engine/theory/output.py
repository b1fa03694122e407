"""The error at the output: what a loss makes of outputs that theory knows to be normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.layers import Loss
from engine.layers.covariance import Signal, each_place
from engine.layers.drawing_signals import draws
from engine.spec import TrainingSpec
from engine.theory.probe import Probe

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """What theory says of the error at the output.

    Attributes
    ----------
    whole : float64[g, m, m]
        Second moments of dL/d(output) of one example, as the output has its own.
    drawn : float64[n, draws, units] | None
        What they are means of; None for outputs of several places.
    """

    whole: Reals
    drawn: Reals | None

    @property
    def moments(self) -> Reals:
        """Those of a row of outputs, float64[n, n]."""
        return np.asarray(self.whole[0])


def errors_of(loss: Loss, training: TrainingSpec, output: Signal, probe: Probe) -> Errors:
    """Return the error of a loss.

    Means over draws of the outputs, always the same ones, so that nothing jumps under a slider.
    """
    assert loss.error is not None
    constants = {field.key: getattr(training, field.key) for field in loss.constants}
    z = draws(output)
    places, units = output.places, output.shape[-1]
    n = output.examples
    shape = (n, places, units) if len(output.shape) > 1 else (n, units)
    targets = probe.targets.reshape(shape)
    error = loss.error(z.reshape(-1, *shape), targets, constants)
    error = error * probe.counts.reshape(n, *(1,) * (len(shape) - 1))
    # Rows are places by examples, columns draws by units.
    columns = error.reshape(-1, n, places, units).transpose(2, 1, 0, 3).reshape(places, n, -1)
    if output.second.shape[0] == 1:
        columns = columns.reshape(1, places * n, -1)
    moments: Reals = columns @ np.swapaxes(columns, 1, 2) / columns.shape[-1]
    if probe.opposed and places == 1:
        _oppose(moments[0], z.reshape(-1, *shape) - targets, probe.opposed)
    drawn = columns.reshape(n, -1, units) if places == 1 else None
    return Errors(moments, drawn)


def _oppose(moments: Reals, missing: Reals, opposed: float) -> None:
    """Let the errors of different examples go together as those of all examples do."""
    own = float(np.mean(np.diagonal(moments)))
    slope = own / max(float(np.mean(missing**2)), 1e-300)
    others = ~np.eye(len(moments), dtype=bool)
    moments[others] += slope * opposed


def square_of(gradient: Reals, n: int) -> float:
    """Return the mean square of dL/d(number) over examples and places."""
    return float(np.mean(np.diagonal(each_place(gradient, n), axis1=-2, axis2=-1)))
