"""Axis ranges that widen at once and shrink gently, so that the picture does not jump."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gui.plots.feed import Reals

GONE = 1e-300
SEEN = 2e-3
"""A range that would change by less than this share of it, half a pixel, stays: nobody sees it, and
its axis need not be drawn anew."""
Merge = Callable[[Reals, Reals], Reals]


def _middle(first: Reals, second: Reals) -> Reals:
    return (first + second) / 2


def log10(values: Reals) -> Reals:
    """Return log10: -inf for 0, NaN (a gap) for what is negative or not finite."""
    usable = np.isfinite(values) & (values > 0)
    logarithms = np.log10(np.maximum(np.where(usable, values, 1.0), GONE))
    return np.where(usable, logarithms, np.where(values == 0, -np.inf, np.nan))


class EasedRange:
    """A range that follows its data.

    Parameters
    ----------
    least : float
        Smallest width.
    rate : float
        Share of the way that it shrinks at each call.
    """

    def __init__(self, least: float, rate: float = 0.12) -> None:
        self._least, self._rate = least, rate
        self._ends: tuple[float, float] | None = None

    def reset(self) -> None:
        """Forget the range, so that the next data are framed at once."""
        self._ends = None

    def towards(self, low: float, high: float, *, pad: float = 0.06) -> tuple[float, float]:
        """Return the range to show for data from ``low`` to ``high``."""
        middle, half = (low + high) / 2, max(high - low, self._least) / 2 * (1 + 2 * pad)
        low, high = middle - half, middle + half
        if self._ends is not None:
            before_low, before_high = self._ends
            low = min(low, before_low + (low - before_low) * self._rate)
            high = max(high, before_high + (high - before_high) * self._rate)
            seen = SEEN * (before_high - before_low)
            if abs(low - before_low) < seen and abs(high - before_high) < seen:
                return self._ends
        self._ends = (low, high)
        return self._ends


def widened(low: float, high: float, others: Reals, least: float) -> tuple[float, float]:
    """Return a range that holds other values too, as far as it stays no more than thrice as wide.

    Parameters
    ----------
    low, high : float
        The range.
    others : float64[n]
        Finite values.
    least : float
        It may be widened by so much on each side at least.
    """
    if not len(others):
        return low, high
    reach = max(high - low, least)
    return (min(low, max(float(others.min()), low - reach)),
            max(high, min(float(others.max()), high + reach)))


def halved(values: Reals, merge: Merge = _middle) -> Reals:
    """Return neighbours along the last axis merged, by default into their means.

    An odd last one stays as it is.
    """
    even = values.shape[-1] // 2 * 2
    merged = merge(values[..., 0:even:2], values[..., 1:even:2])
    return np.concatenate((merged, values[..., even:]), axis=-1)
