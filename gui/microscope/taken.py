"""The room that a picture has taken already, so that no text covers another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

Array = NDArray[np.float64]


class Taken:
    """Boxes that are taken; many are asked about at once, since a ladder tries hundreds.

    Attributes
    ----------
    boxes : list[QRectF]
        Those that are.
    """

    def __init__(self) -> None:
        self.boxes: list[QRectF] = []
        self._edges: list[tuple[float, float, float, float]] = []

    def add(self, box: QRectF) -> None:
        """Take a box."""
        self.boxes.append(box)
        self._edges.append((box.left(), box.top(), box.right(), box.bottom()))

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
        left, top, right, bottom = np.array(self._edges).reshape(-1, 4).T
        covered = ((lefts[:, None] < right) & (lefts[:, None] + width > left)
                   & (tops[:, None] < bottom) & (tops[:, None] + height > top))
        return np.asarray(np.any(covered, axis=1))
