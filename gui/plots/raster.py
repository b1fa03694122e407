"""Lines drawn into an array of pixels, a hundred of them in the time that Qt takes for a few.

Points of all lines stand at the same places along the axis. So for every line and column of pixels
there are one lowest and one highest row that the line comes to there, and what lies between them
is all that can be seen of it, however many points there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.plots.feed import Reals

Pixels = NDArray[np.uint32]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
FAR = 1 << 30
"""Beyond every picture."""


class Spans(NamedTuple):
    """Which rows of every column of pixels a line covers.

    Attributes
    ----------
    low, high : int64[lines, width]
        The first and the last of them; none where ``high`` is less than ``low``.
    """

    low: Rows
    high: Rows

    def only(self, columns: Flags) -> Spans:
        """Return what is covered of these columns, bool[width]."""
        return Spans(self.low, np.where(columns, self.high, self.low - 1))

    def widened(self, width: int, height: int) -> Spans:
        """Return what lines of so many pixels' width cover of a picture of this height."""
        before, after = width // 2, (width - 1) // 2
        covered, beside = self.high >= self.low, (after, before)
        low = _with_neighbours(np.where(covered, self.low, FAR), beside, FAR).min(axis=-1)
        high = _with_neighbours(np.where(covered, self.high, -FAR), beside, -FAR).max(axis=-1)
        return Spans(np.maximum(low - before, 0), np.minimum(high + after, height - 1))


def spans(x: Reals, y: Reals, size: tuple[int, int]) -> Spans:
    """Return what lines of a pixel's width cover.

    A line runs from the middle of one pixel to that of a neighbour, also across corners, so that
    one that rises gently has one pixel in every column.

    Parameters
    ----------
    x : float64[n]
        Where the points stand along the axis, in pixels from the left, ascending; two at least.
    y : float64[lines, n]
        How far they are from the top, in pixels; NaN for a gap.
    size : (width, height)
        Of the picture.
    """
    width, height = size
    with np.errstate(invalid="ignore"):
        begun, ended = _crossings(x, y, width)
        low, high = np.floor(begun), np.floor(begun)
        full, least, greatest = _inside(x, y, width)
        low[:, full] = np.fmin(low[:, full], np.floor(least))
        high[:, full] = np.fmax(high[:, full], np.floor(greatest))
        # The pixel in which a line leaves a column is drawn in the next one.
        end = np.floor(ended)
        low, high = np.fmin(low, end + 1.0), np.fmax(high, end - 1.0)
        nothing = np.isnan(begun)
        nothing[:, full] &= np.isnan(least)
        low = np.where(nothing, 0.0, np.clip(low, 0.0, height))
        high = np.where(nothing, -1.0, np.clip(high, -1.0, height - 1.0))
    return Spans(low.astype(np.int64), high.astype(np.int64))


def fill(image: Pixels, covered: Spans, colours: Pixels) -> None:
    """Colour what lines cover, later lines over earlier ones.

    Parameters
    ----------
    image : uint32[width, height]
        A column of pixels behind the other, so that what a line covers of one lies together.
    covered : Spans
        What lines cover.
    colours : uint32[lines]
        Of every line.
    """
    width, height = image.shape
    lengths = np.maximum(covered.high - covered.low + 1, 0).ravel()
    seen = np.flatnonzero(lengths)
    if not len(seen):
        return
    lengths = lengths[seen]
    first = (covered.low + height * np.arange(width)).ravel()[seen]
    # Where each span begins among all pixels that are written.
    before = np.cumsum(lengths) - lengths
    places = np.repeat(first - before, lengths)
    places += np.arange(len(places))
    image.reshape(-1)[places] = np.repeat(colours[seen // width], lengths)


def _crossings(x: Reals, y: Reals, width: int) -> tuple[Reals, Reals]:
    """Return how high lines are where they enter a column and where they leave it.

    Both are float64[lines, width]; NaN where a line does not cross the edge.
    """
    edges = np.arange(width + 1.0)
    left = np.clip(np.searchsorted(x, edges, "right") - 1, 0, len(x) - 2)
    apart = x[left + 1] - x[left]
    beside = (edges < x[0]) | (edges > x[-1]) | (apart <= 0)
    share = np.where(beside, np.nan, (edges - x[left]) / np.where(apart > 0, apart, 1.0))
    first = y[:, left]
    heights = first + (y[:, left + 1] - first) * share
    return heights[:, :-1], heights[:, 1:]


def _inside(x: Reals, y: Reals, width: int) -> tuple[Flags, Reals, Reals]:
    """Return which columns have points, bool[width], and the extremes in them.

    Those are float64[lines, columns with points]; NaN where none of a line is known.
    """
    begins = np.searchsorted(x, np.arange(width + 1.0), "left")
    full = begins[1:] > begins[:-1]
    first, last = begins[0], begins[-1]
    if first == last:
        nothing = np.zeros((len(y), 0))
        return full, nothing, nothing
    within, starts = y[:, first:last], begins[:-1][full] - first
    return (full, np.fmin.reduceat(within, starts, axis=1),
            np.fmax.reduceat(within, starts, axis=1))


def _with_neighbours(rows: Rows, beside: tuple[int, int], outside: int) -> Rows:
    """Return what stands in every column and beside it, int64[lines, width, 1 + columns beside]."""
    padded = np.pad(rows, ((0, 0), beside), constant_values=outside)
    return np.lib.stride_tricks.sliding_window_view(padded, 1 + sum(beside), axis=1)
