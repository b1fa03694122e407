"""A curve in long dashes: that of run B beside the solid one of run A."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui import theme
from gui.plots.curve import FramedCurve
from gui.plots.feed import Reals

DASH_PX, GAP_PX = 8.0, 5.0


class Dashes(NamedTuple):
    """Where the dashes of curves lie that have the same points along the axis.

    Attributes
    ----------
    x : float64[m]
        The points, and one at either end of every dash, ascending.
    order : int64[m]
        Which of points and ends stands at each place.
    left, share : int64[e], float64[e]
        For every end, the point before it, and how far it is on the way to the next.
    inside : bool[m]
        Whether what follows a place lies in a dash.
    """

    x: Reals
    order: NDArray[np.intp]
    left: NDArray[np.intp]
    share: Reals
    inside: NDArray[np.bool_]

    @classmethod
    def along(cls, x: Reals, pixel: float) -> Dashes:
        """Return those of curves over ``x``, two points at least, a pixel being so wide."""
        return cls.of(x, *(theme.px(part) * pixel for part in (DASH_PX, GAP_PX)))

    @classmethod
    def of(cls, x: Reals, dash: float, gap: float) -> Dashes:
        """Return dashes and gaps of these lengths along ``x``; the first dash begins at 0."""
        period = dash + gap
        starts = np.arange(np.floor(x[0] / period), np.floor(x[-1] / period) + 1) * period
        ends = np.concatenate((starts, starts + dash))
        ends = ends[(ends > x[0]) & (ends < x[-1])]
        across = np.concatenate((x, ends))
        order = np.argsort(across, kind="stable")
        across = across[order]
        middle = np.append((across[:-1] + across[1:]) / 2, 0.0)
        left = np.clip(np.searchsorted(x, ends, "right") - 1, 0, len(x) - 2)
        share = (ends - x[left]) / (x[left + 1] - x[left])
        inside = np.mod(middle, period) < dash
        inside[-1] = False
        return cls(across, order, left, share, inside)

    def over(self, y: Reals) -> tuple[Reals, NDArray[np.bool_]]:
        """Return a curve's heights at the places, 0 where unknown, and where a line is drawn."""
        first, second = y[self.left], y[self.left + 1]
        ends = first + (second - first) * self.share
        along = np.concatenate((y, ends))[self.order]
        known = np.isfinite(along)
        drawn = self.inside & known
        drawn[:-1] &= known[1:]
        return np.where(known, along, 0.0), drawn


class DashedCurve(FramedCurve):
    """A `FramedCurve` of which only every other stretch of the axis at the bottom is drawn.

    A pen's dashes follow the way of the line, so that those of a restless curve come to lie a pixel
    or two apart and look solid; and a thick pen that makes them takes twice as long.
    """

    def __init__(self, *, smooth: bool) -> None:
        super().__init__(smooth=smooth)
        self._pixel = 1.0

    def set_pixel(self, width: float) -> None:
        """Set how wide a pixel is in data coordinates; it shows when points are set next."""
        self._pixel = width

    def set_points(self, x: Reals, y: Reals) -> None:
        """Show another curve; it has gaps where ``y`` is not finite, too."""
        if len(x) < 2:
            super().set_points(x, y)
        else:
            self.set_dashed(x, y, Dashes.along(x, self._pixel))

    def set_dashed(self, x: Reals, y: Reals, dashes: Dashes) -> None:
        """Show another curve, where the dashes over ``x`` are known already."""
        super().set_points(x, y)
        along, drawn = dashes.over(y)
        self.setData(dashes.x, along, connect=drawn.astype(np.int32), skipFiniteCheck=True)
