"""After how many steps a series plainly repeats itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

PLAIN = 0.35
"""Correlation of a series, without its trend, with itself a period before, at the least."""

_DIP = 0.2
"""How far the correlation has to fall between no delay and the period."""

_NEAR = 0.9
"""Share of the highest correlation that a shorter period has to have to be taken."""

_MOST_STEPS = 20_000

CALENDAR: Mapping[str, tuple[int, ...]] = MappingProxyType({
    "minute": (60, 1440), "hour": (24, 168), "day": (7, 365), "week": (52,), "month": (12,),
    "quarter": (4,),
})
"""Periods that a calendar has, by what a step is."""

_SNAP = 0.04
"""Share by which a period may be off one of the calendar's and be meant for it."""


def find_period(values: Reals, step: str = "step") -> int:
    """Return the period of a series in steps; 0 if it has none that is plain.

    Parameters
    ----------
    values : float64[n]
        The series, the newest value last; NaN where there is none.
    step : str
        What a step is, as in `CALENDAR`.

    Notes
    -----
    The correlation of the series, without its straight trend, with itself k steps before is a local
    maximum at a period. It has to be high, and to have been lower before: what changes slowly is
    near itself a few steps before without repeating anything.
    """
    # Squares of huge numbers would be infinite; what repeats itself has no unit.
    values = values[-_MOST_STEPS:] / (np.nanmax(np.abs(values[-_MOST_STEPS:]), initial=0.0) or 1.0)
    known = ~np.isnan(values)
    if known.sum() < 12:
        return 0
    at = np.arange(len(values), dtype=np.float64)
    line = np.polynomial.Polynomial.fit(at[known], values[known], 1)
    rest = np.where(known, values - line(at), 0.0)
    curve = _correlation(rest)
    if not len(curve):
        return 0
    calendar = CALENDAR.get(step, ())
    smooth = _smoothed(curve)
    peaks = [k for k in range(2, len(smooth) - 1)
             if smooth[k] >= smooth[k - 1] and smooth[k] >= smooth[k + 1] and smooth[k] >= PLAIN
             and smooth[1:k].min() < smooth[k] - _DIP]
    if not peaks:
        return 0
    best = max(smooth[k] for k in peaks)
    first = next(k for k in peaks if smooth[k] >= _NEAR * best)
    return next((length for length in calendar if abs(first / length - 1) <= _SNAP), first)


def _correlation(rest: Reals) -> Reals:
    """Return the correlation with itself for delays up to a third of the length."""
    power = float(rest @ rest)
    if power == 0:
        return np.empty(0)
    spectrum = np.fft.rfft(rest, 2 * len(rest))
    curve: Reals = np.fft.irfft(np.abs(spectrum) ** 2)[:len(rest) // 3 + 1] / power
    # A longer delay has fewer pairs.
    return curve * len(rest) / (len(rest) - np.arange(len(curve)))


def _smoothed(curve: Reals) -> Reals:
    """Return a long curve without its jags, which would each be a maximum."""
    width = min(15, 2 * (len(curve) // 100) + 1)
    if width < 3:
        return curve
    kernel = np.ones(width) / width
    smooth: Reals = np.convolve(np.pad(curve, width // 2, mode="edge"), kernel, "valid")
    # Short periods are sharp, and stay as they are.
    smooth[:4 * width] = curve[:4 * width]
    return smooth
