"""What a drawing is: strokes on a square sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Reals


@dataclass(frozen=True, eq=False)
class Drawing:
    """Strokes on a square sheet, in the order in which they were drawn.

    Attributes
    ----------
    strokes : tuple[float64[m, 2], ...]
        Points of each, in the order of time: x to the right, y downwards, from the sheet's upper
        left corner. A third column holds milliseconds where they are known.
    side : float
        Length of the sheet's sides, in the unit of the points.
    pen : float
        Width of the lines, in the same unit.
    """

    strokes: tuple[Reals, ...]
    side: float = 1.0
    pen: float = 0.05

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not any(len(stroke) for stroke in self.strokes)

    @property
    def points(self) -> Reals:
        """All points, float64[m, 2]."""
        if not self.strokes:
            return np.empty((0, 2))
        return np.concatenate([stroke[:, :2] for stroke in self.strokes])
