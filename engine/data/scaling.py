"""Bringing inputs to a common size, measured on the training examples only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.arrays import Doubles as Reals
from engine.errors import DataError
from engine.messages import say
from engine.spec import Scaling

LARGEST_INPUT = 1e30
"""Beyond this a product of two numbers leaves the range of float32."""

_HUGE = 1e100
"""Squares of numbers beyond this may leave the range of float64."""


@dataclass(frozen=True)
class Scaler:
    """A shift and a division for every column: ``(x / unit - shift) / spread``.

    Attributes
    ----------
    unit, shift, spread : float64[d]
        ``unit`` is 1 but for columns of astronomical numbers.
    """

    unit: Reals
    shift: Reals
    spread: Reals

    def __call__(self, values: Reals) -> Reals:
        """Return float64[m, d], the values scaled."""
        scaled: Reals = (values / self.unit - self.shift) / self.spread
        return scaled

    def inverse(self, scaled: Reals) -> Reals:
        """Return float64[m, d], the values before they were scaled."""
        values: Reals = (scaled * self.spread + self.shift) * self.unit
        return values

    @property
    def changes(self) -> bool:
        """Whether any number becomes another one."""
        return bool((self.unit != 1).any() or self.shift.any() or (self.spread != 1).any())


def measure(scaling: Scaling, training: Reals) -> Scaler:
    """Measure how to scale columns.

    Parameters
    ----------
    scaling : str
        ``standard``, ``minmax`` or ``none``; ``auto`` must have been decided before.
    training : float64[n, d]
        The examples to measure on, n at least 1, all finite. A column with one value only is
        shifted, never stretched.
    """
    largest = np.abs(training).max(axis=0)
    unit = np.where(largest > _HUGE, largest, 1.0)
    reduced = training / unit
    shift, spread = _MEASURES[scaling](reduced)
    if scaling == "none":
        return Scaler(np.ones_like(unit), shift, spread)
    constant = reduced.max(axis=0) == reduced.min(axis=0)
    # The mean of equal numbers is rounded: of large ones, it is off by thousands.
    shift = np.where(constant, reduced[0], shift)
    return Scaler(unit, shift, np.where(constant | (spread == 0), 1.0, spread))


def check_range(inputs: Reals, names: tuple[str, ...], place: str) -> None:
    """Raise DataError, naming the column, if a number is too large for the network's arithmetic."""
    if not inputs.size:
        return
    largest = np.maximum(inputs.max(axis=0), -inputs.min(axis=0))
    wrong = np.flatnonzero(~(largest <= LARGEST_INPUT))
    if len(wrong):
        column = int(wrong[0])
        raise DataError("column.too-large",
                        place=say("place.column", file=place, column=names[column]),
                        value=float(largest[column]), most=LARGEST_INPUT)


def _standard(values: Reals) -> tuple[Reals, Reals]:
    return values.mean(axis=0), values.std(axis=0)


def _minmax(values: Reals) -> tuple[Reals, Reals]:
    low = values.min(axis=0)
    return low, values.max(axis=0) - low


def _none(values: Reals) -> tuple[Reals, Reals]:
    return np.zeros(values.shape[1]), np.ones(values.shape[1])


_MEASURES: Mapping[str, Callable[[Reals], tuple[Reals, Reals]]] = MappingProxyType({
    "standard": _standard, "minmax": _minmax, "none": _none,
})
