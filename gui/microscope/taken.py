"""The room that a picture has taken already, so that no text covers another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Array = NDArray[np.float64]


class Taken:
    """Boxes that are taken; many are asked about at once, since a ladder tries hundreds."""

    def __init__(self) -> None:
        self._edges = np.zeros((256, 4))
        self._count = 0

    @property
    def boxes(self) -> list[QRectF]:
        """Those that are taken."""
        return [QRectF(left, top, right - left, bottom - top)
                for left, top, right, bottom in self._edges[:self._count].tolist()]

    def add(self, box: QRectF) -> None:
        """Take a box."""
        self._take(np.array([[box.left(), box.top(), box.right(), box.bottom()]]))

    def add_line(self, begin: QPointF, end: QPointF, parts: int, half: float) -> None:
        """Take squares along a line, ``half`` to each side, at both ends and at parts of it."""
        share = np.linspace(0, 1, parts + 1)
        x = begin.x() + (end.x() - begin.x()) * share
        y = begin.y() + (end.y() - begin.y()) * share
        self._take(np.stack([x - half, y - half, x + half, y + half], axis=1))

    def _take(self, edges: Array) -> None:
        end = self._count + len(edges)
        while end > len(self._edges):
            self._edges = np.concatenate([self._edges, np.zeros_like(self._edges)])
        self._edges[self._count:end] = edges
        self._count = end

    def is_free(self, box: QRectF) -> bool:
        """Say whether a box covers nothing."""
        return not self.covers(np.array([box.left()]), np.array([box.top()]), box.width(),
                               box.height()).any()

    def covers(self, lefts: Array, tops: Array, width: float, height: float
               ) -> NDArray[np.bool_]:
        """Say of every box of a size whether it covers something.

        Parameters
        ----------
        lefts, tops : float64[boxes]
            Their corners.
        width, height : float
            Their size.
        """
        left, top, right, bottom = self._edges[:self._count].T
        covered = ((lefts[:, None] < right) & (lefts[:, None] + width > left)
                   & (tops[:, None] < bottom) & (tops[:, None] + height > top))
        return np.asarray(np.any(covered, axis=1))
