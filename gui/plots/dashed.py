"""A curve in long dashes: that of run B beside the solid one of run A."""

from __future__ import annotations

import numpy as np

from gui import theme
from gui.plots.curve import FramedCurve
from gui.plots.feed import Reals

DASH_PX, GAP_PX = 8.0, 5.0


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
        super().set_points(x, y)
        if len(x) < 2:
            return
        across, along, drawn = dashed(x, y, *(theme.px(part) * self._pixel
                                              for part in (DASH_PX, GAP_PX)))
        self.setData(across, along, connect=drawn.astype(np.int32), skipFiniteCheck=True)


def dashed(x: Reals, y: Reals, dash: float, gap: float) -> tuple[Reals, Reals, Reals]:
    """Return a curve with a point at either end of every dash.

    Parameters
    ----------
    x, y : float64[n]
        Its points, ``x`` ascending; ``y`` may be NaN.
    dash, gap : float
        How long they are along ``x``; the first dash begins at 0.

    Returns
    -------
    x, y : float64[m]
        Its points and those in between; 0 stands for what is not known.
    drawn : float64[m]
        1 where the line from a point to the next one is drawn, else 0.
    """
    period = dash + gap
    starts = np.arange(np.floor(x[0] / period), np.floor(x[-1] / period) + 1) * period
    ends = np.concatenate((starts, starts + dash))
    ends = ends[(ends > x[0]) & (ends < x[-1])]
    across = np.concatenate((x, ends))
    order = np.argsort(across, kind="stable")
    across = across[order]
    along = np.concatenate((y, np.interp(ends, x, y)))[order]
    known = np.isfinite(along)
    middle = np.append((across[:-1] + across[1:]) / 2, 0.0)
    drawn = (np.mod(middle, period) < dash) & known
    drawn[:-1] &= known[1:]
    drawn[-1] = False
    return across, np.where(known, along, 0.0), drawn.astype(np.float64)
