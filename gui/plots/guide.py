"""Limits on a plot: faint lines, and the range in which an update is a healthy share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor

from engine.diagnosis.rules import DEFAULTS, Thresholds
from gui import theme
from gui.plots.axes import decimal_text
from gui.plots.canvas import Canvas
from gui.plots.graph import pg

CENTRE = -3.0
FAINT = 0.6
GROUND = 0.75
"""Opacity of what words stand on."""


class LimitLines(QObject):
    """Faint level lines, one item each; GUI thread only.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._roles: list[str] = []
        self.lines: list[pg.InfiniteLine] = []
        theme.notifier().changed.connect(self._on_theme_changed)

    def show(self, limits: Sequence[tuple[float, str, str]]) -> None:
        """Show other lines.

        Parameters
        ----------
        limits : sequence of (value, role, text)
            Where each lies on the axis at the left, the token of its colour, and what it says at
            its left end; nothing if that is empty.
        """
        for line in self.lines:
            self._canvas.removeItem(line)
        self.lines, self._roles = [], [role for _, role, _ in limits]
        for value, _, text in limits:
            line = pg.InfiniteLine(value, angle=0, movable=False)
            if text:
                pg.InfLineLabel(line, text, position=0.0, anchors=[(0.0, 1.0), (0.0, 1.0)])
            line.setZValue(-10)
            self._canvas.addItem(line, ignoreBounds=True)
            self.lines.append(line)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        font = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        for line, role in zip(self.lines, self._roles, strict=True):
            colour = QColor(getattr(theme.current(), role))
            colour.setAlphaF(FAINT)
            line.setPen(pg.mkPen(colour, width=1, dash=[2, 4]))
            label = getattr(line, "label", None)
            if label is not None:
                ground = QColor(theme.current().surface)
                ground.setAlphaF(GROUND)
                label.fill = pg.mkBrush(ground)
                label.setColor(getattr(theme.current(), role))
                label.setFont(font)


class Caption(QObject):
    """A line of words in the upper left corner of a plot, on a ground that lets it be read.

    Parameters
    ----------
    canvas : Canvas
        The plot.
    text : str
        The words.
    """

    def __init__(self, canvas: Canvas, text: str) -> None:
        super().__init__(canvas)
        self._box = canvas.box
        self.label = pg.TextItem(text, anchor=(0.0, 0.0))
        self.label.setZValue(30)
        canvas.addItem(self.label, ignoreBounds=True)
        canvas.box.sigRangeChanged.connect(self._place)
        canvas.box.sigResized.connect(self._place)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        ground = QColor(theme.current().surface)
        ground.setAlphaF(GROUND)
        self.label.fill = pg.mkBrush(ground)
        self.label.setColor(theme.current().text_muted)
        font = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self.label.setFont(font)
        self._place()

    @Slot()
    def _place(self) -> None:
        (left, _), (_, high) = self._box.viewRange()
        self.label.setPos(left, high)


class GuideBand(QObject):
    """Where updates are healthy: a tinted band, a line at 1e-3 and a label.

    Beyond the doctor's first limits the band ends; at his second ones there are faint lines.

    Parameters
    ----------
    canvas : Canvas
        The plot, whose values are log10, to draw it on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._region = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._region.setZValue(-20)
        self._line = pg.InfiniteLine(CENTRE, angle=0, movable=False)
        self._label = pg.TextItem(anchor=(0.0, 0.0))
        self._label.setZValue(30)
        self._line.setZValue(-10)
        self._box = canvas.box
        for item in (self._region, self._line, self._label):
            canvas.addItem(item, ignoreBounds=True)
        self._severe = LimitLines(canvas)
        canvas.box.sigRangeChanged.connect(self._place)
        canvas.box.sigResized.connect(self._place)
        theme.notifier().changed.connect(self._on_theme_changed)
        self.set_thresholds(DEFAULTS)
        self._on_theme_changed()

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show other limits of the doctor's."""
        small, large = thresholds.update_small, thresholds.update_large
        self._ends = (math.log10(small.warning), math.log10(large.warning))
        self._region.setRegion(self._ends)
        self._label.setText(
            f"healthy: {decimal_text(small.warning)} to {decimal_text(large.warning)}")
        self._severe.show([(math.log10(limit.severe), "bad", "") for limit in (small, large)])
        self._place()

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens = theme.current()
        tint = QColor(tokens.good)
        tint.setAlphaF(0.12)
        self._region.setBrush(tint)
        for edge in self._region.lines:
            edge.setPen(pg.mkPen(None))
        self._line.setPen(pg.mkPen(tokens.good, width=1, dash=[5, 4]))
        ground = QColor(tokens.surface)
        ground.setAlphaF(GROUND)
        self._label.fill = pg.mkBrush(ground)
        self._label.setColor(tokens.good)
        font = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self._label.setFont(font)
        self._place()

    @Slot()
    def _place(self) -> None:
        """Keep the label at the upper edge of what is seen of the band."""
        (left, _), (low, high) = self._box.viewRange()
        bottom, top = self._ends
        self._label.setPos(left, min(top, high))
        self._label.setVisible(low < top and high > bottom)
