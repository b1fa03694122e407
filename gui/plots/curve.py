"""A curve whose frame is told to it."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF


class FramedCurve(pg.PlotCurveItem):  # type: ignore[misc]
    """A curve that does not search its points for its frame.

    pyqtgraph asks for the frame four times a frame and curve, which is more than half of the time
    that a hundred curves take.
    """

    def __init__(self, *, smooth: bool) -> None:
        super().__init__(antialias=smooth)
        self._bounds = QRectF()

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds every point and half the pen."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def boundingRect(self) -> QRectF:
        """Return the frame."""
        return self._bounds
