"""A curve for every layer, of which one is marked: what the plots of curves share."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.axes import ValueAxis
from gui.plots.end_labels import EndLabels
from gui.plots.feed import Reals
from gui.plots.layer_strands import LayerStrands
from gui.plots.layer_view import NOWHERE, LayerView
from gui.plots.ranges import EasedRange

REACH_PX = 14
EMPTY_ENDS = (-6.0, 0.0)
UNMARKED_OPACITY = 0.75


class MarkedCurves(LayerView):
    """Curves, mostly on a logarithmic axis, with labels at their ends; a subclass sets points.

    Where a figure is 0 its curve runs along the floor.

    Parameters
    ----------
    logarithmic : bool
        Whether values are log10, which they are on most plots.
    word : str
        What is counted along the axis at the bottom.
    """

    def __init__(self, word: str = "step", parent: QWidget | None = None, *,
                 logarithmic: bool = True) -> None:
        super().__init__(ValueAxis(logarithmic=logarithmic), word, parent)
        self._strands = LayerStrands(self.canvas)
        self._range = EasedRange(1.0)
        self._ends = EMPTY_ENDS
        self.labels = EndLabels(self.canvas)

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._strands.clear()
        self.labels.set_heights(np.full(len(self.labels.texts()), np.nan))
        self._ends = EMPTY_ENDS

    def _take(self, x: Reals, y: Reals) -> None:
        """Take other points, to be drawn when the axes are known."""
        self._x = self._strands.x = x
        self._y = self._strands.y = y

    def _floor(self) -> float:
        """Return where a curve runs whose figure is 0: a pixel above the axis."""
        return self._ends[0] + 1.5 * self.canvas.pixel()[1]

    def _reach(self) -> float:
        """Return how far from a curve, in data coordinates, it is still meant."""
        return theme.px(REACH_PX) * self.canvas.pixel()[1]

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        index, at, distance = self._strands.nearest(point.x(), point.y(), self._floor())
        return (index, at) if distance <= self._reach() else NOWHERE

    def _arrange(self) -> None:
        self._make_curves()
        self._range.reset()
        self._mark_selected()

    def _make_curves(self) -> None:
        self._strands.arrange(self._layers, dashed=False, total=len(self._layers.ids))
        self.labels.set_texts([str(position) for position in self._layers.positions])

    def _dress(self) -> None:
        self._mark_selected()

    def _mark_selected(self) -> None:
        colours, chosen = self._layers.colours(), self._chosen()
        self._strands.mark(colours, chosen, UNMARKED_OPACITY if chosen >= 0 else 1.0)
        self.labels.set_colours(colours, (chosen,) if chosen >= 0 else ())

    def _chosen(self) -> int:
        """Return the place of the selected layer, -1 if it is not among these."""
        return self._layers.place_of(self._selected)
