"""Where somebody looks back to: a line at that step, behind which the run is pale."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem, QLabel

from gui import theme
from gui.frames.frame import Frame
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places
from gui.plots.feed import Seen
from gui.plots.graph import pg

ABOVE = 40
VEIL_OPACITY = 0.6


class CursorMark(QObject):
    """A vertical line with its step over a veil in the ground's colour. GUI thread only.

    Both items are made once; to move them draws no curve anew.

    Parameters
    ----------
    canvas : Canvas
        The plot over steps to draw it on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._at: float | None = None
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(ABOVE)
        self._veil = QGraphicsRectItem()
        self._veil.setZValue(ABOVE - 1)
        self._veil.setPen(pg.mkPen(None))
        self._text = QLabel(canvas)
        self._text.setProperty("role", "readout")
        self._text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for item in (self._line, self._veil):
            canvas.addItem(item, ignoreBounds=True)
            item.hide()
        self._text.hide()
        canvas.box.sigRangeChanged.connect(self._place)
        canvas.box.sigResized.connect(self._place)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show(self, step: int | None, x: float = 0.0) -> None:
        """Stand at a step, whose place along the axis is ``x``; None hides it."""
        self._at = None if step is None else x
        for part in (self._line, self._veil):
            part.setVisible(step is not None)
        self._text.setVisible(step is not None)
        if step is None:
            return
        self._text.setText(f"step {step:,}")
        self._text.adjustSize()
        self._line.setValue(x)
        self._place()

    def follow(self, seen: Seen | Frame, count: Count) -> None:
        """Stand where a frame says that somebody looks back to.

        Parameters
        ----------
        seen : Seen | Frame
            What is shown of a run.
        count : Count
            What is counted along the axis at the bottom.
        """
        if seen.cursor is None:
            self.show(None)
            return
        at = np.array([float(seen.cursor)])
        self.show(seen.cursor, float(places(count, at, seen.epochs.at(at))[0]))

    def place(self) -> float | None:
        """Return where along the axis it stands; None where it does not."""
        return self._at

    def step_text(self) -> str:
        """Return what stands at the line; empty where there is none."""
        return "" if self._text.isHidden() else self._text.text()

    @Slot()
    def _place(self) -> None:
        """Veil all that is behind the line, and keep the text beside its lower end."""
        if self._at is None:
            return
        (_, right), (low, high) = self._canvas.box.viewRange()
        self._veil.setRect(QRectF(self._at, low, max(right - self._at, 0.0), high - low))
        box = self._canvas.mapFromScene(self._canvas.box.sceneBoundingRect()).boundingRect()
        at = self._canvas.mapFromScene(
            self._canvas.box.mapViewToScene(QPointF(self._at, low))).x()
        gap, width = theme.px(5), self._text.width()
        left = at + gap if at + gap + width <= box.right() else at - gap - width
        self._text.move(round(left), box.bottom() - self._text.height() - theme.px(3))

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens = theme.current()
        self._line.setPen(pg.mkPen(tokens.accent))
        veil = QColor(tokens.surface)
        veil.setAlphaF(VEIL_OPACITY)
        self._veil.setBrush(veil)
        self._text.ensurePolished()
        self._text.adjustSize()
        self._place()
