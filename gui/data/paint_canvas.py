"""The plane to paint points into."""

from __future__ import annotations

import time
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.data import HALF_WIDTH
from engine.data.painting import erased, jittered, sprayed
from engine.spec import MOST_OWN, PaintedSpec
from gui import theme

Tool = Literal["brush", "point", "eraser", "jitter"]
SPRAY_S = 0.03
"""A brush sprays once in so many seconds at most, however often the mouse tells of itself."""

DOT_PX = 5.0
KEY_STEP = 0.25
"""Arrow keys move the cross by this; with Shift, by four times as much."""

FULL = f"There is room for {MOST_OWN:,} points."


class PaintCanvas(QWidget):
    """Points in the plane from -6 to 6, and a brush. GUI thread only.

    With keys, arrows move a cross and Enter uses the tool there.

    Attributes
    ----------
    tool : str
        ``brush`` sprays over a disc, ``point`` puts one point, ``eraser`` takes those of a disc
        away, ``jitter`` pushes them a little.
    value : float
        Class, from 0, or value, -1 to 1, of what is added.
    radius : float
        Of the disc, in units of the plane.
    density : int
        Points of one spray.

    Signals
    -------
    stroked(PaintedSpec)
        A stroke has ended that has changed something.
    full()
        There is no room for more points.
    """

    stroked = Signal(object)
    full = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool: Tool = "brush"
        self.value = 0.0
        self.radius, self.density = 0.8, 4
        self._is_sorted = True
        self._points: NDArray[np.float64] = np.empty((0, 3))
        self._before = self._points
        self._rng = np.random.default_rng()
        self._spot: tuple[float, float] | None = None
        self._cross: tuple[float, float] | None = None
        self._sprayed_s = 0.0
        self._pressed = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Plane to paint on")
        self.setAccessibleDescription("Arrows move a cross, Enter uses the tool there; keys 1 to 9 "
                                      "choose the class.")
        theme.notifier().changed.connect(self._on_theme_changed)

    def painted(self) -> PaintedSpec:
        """Return what is painted."""
        task: Literal["classification", "regression"] = (
            "classification" if self._is_sorted else "regression")
        return PaintedSpec(task, tuple((float(x), float(y), float(value))
                                       for x, y, value in self._points.tolist()))

    def set_painted(self, painted: PaintedSpec) -> None:
        """Show other points."""
        self._is_sorted = painted.task == "classification"
        self._points = np.array(painted.points, dtype=np.float64).reshape(-1, 3)
        self._pressed = False
        self.update()

    def area(self) -> QRectF:
        """Return the square of the plane, in px."""
        side = max(min(self.width(), self.height()) - 2, 1)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def sizeHint(self) -> QSize:
        """Return room to paint with ease."""
        return QSize(theme.px(420), theme.px(420))

    def minimumSizeHint(self) -> QSize:
        """Return room in which points can still be told apart."""
        return QSize(theme.px(220), theme.px(220))

    # Painting

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke; with the right button, it erases."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._cross = None
            self._begin(self._place(event.position()),
                        erases=event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke, and show where the brush is."""
        self._spot = self._place(event.position())
        if self._pressed and self._tool != "point" and (
                time.perf_counter() - self._sprayed_s >= SPRAY_S or self._tool == "eraser"):
            self._use(self._spot)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if self._pressed:
            self._end()

    def leaveEvent(self, event: object) -> None:
        """Show no brush where the mouse is not."""
        self._spot = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cross, or use the tool there."""
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1),
                 Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        if key in moves:
            far = KEY_STEP * (4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            x, y = self._cross or (0.0, 0.0)
            self._cross = (_clipped(x + far * moves[key][0]), _clipped(y + far * moves[key][1]))
            self._spot = self._cross
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._cross = self._cross or (0.0, 0.0)
            self._begin(self._cross)
            self._end()
        else:
            super().keyPressEvent(event)

    def _begin(self, at: tuple[float, float], *, erases: bool = False) -> None:
        self._pressed = True
        self._before = self._points
        self._tool: Tool = "eraser" if erases else self.tool
        self._use(at)

    def _use(self, at: tuple[float, float]) -> None:
        self._sprayed_s = time.perf_counter()
        room = MOST_OWN - len(self._points)
        if self._tool == "eraser":
            self._points = erased(self._points, at, self.radius)
        elif self._tool == "jitter":
            self._points = jittered(self._points, at, self.radius, self._rng)
        elif room <= 0:
            self.full.emit()
        else:
            is_one = self._tool == "point"
            self._points = sprayed(self._points, at, 0.0 if is_one else self.radius,
                                   1 if is_one else min(self.density, room), self.value, self._rng)
        self.update()

    def _end(self) -> None:
        self._pressed = False
        if not np.array_equal(self._before, self._points):
            self.stroked.emit(self.painted())

    # Showing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plane, its points and the brush."""
        tokens, area = theme.current(), self.area()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.focus if self.hasFocus() else tokens.border_strong), 1))
        painter.setBrush(QColor(tokens.map_neutral))
        painter.drawRect(area)
        painter.setClipRect(area)
        painter.setPen(QPen(QColor(tokens.grid), 1))
        centre = area.center()
        painter.drawLine(QLineF(area.left(), centre.y(), area.right(), centre.y()))
        painter.drawLine(QLineF(centre.x(), area.top(), centre.x(), area.bottom()))
        self._draw_points(painter)
        self._draw_brush(painter, area)

    def _draw_points(self, painter: QPainter) -> None:
        """Draw all outlines below all points: where these are dense, their colours stay."""
        radius, edge = theme.px(DOT_PX) / 2, 0.4 * theme.scale()
        points, colours = self._points.tolist(), theme.class_colours(9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().point_outline))
        for x, y, _ in points:
            painter.drawEllipse(self._at(x, y), radius + edge, radius + edge)
        for x, y, value in points:
            painter.setBrush(colours[int(value)] if self._is_sorted else value_colour(value))
            painter.drawEllipse(self._at(x, y), radius - edge, radius - edge)

    def _draw_brush(self, painter: QPainter, area: QRectF) -> None:
        spot = self._spot
        if spot is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.current().text_muted), 1, Qt.PenStyle.DashLine))
        reach = 3.0 if self.tool == "point" else (
            self.radius / (2 * HALF_WIDTH) * area.width())
        painter.drawEllipse(self._at(*spot), reach, reach)

    def _at(self, x: float, y: float) -> QPointF:
        area = self.area()
        return QPointF(area.left() + (x + HALF_WIDTH) / (2 * HALF_WIDTH) * area.width(),
                       area.bottom() - (y + HALF_WIDTH) / (2 * HALF_WIDTH) * area.height())

    def _place(self, spot: QPointF) -> tuple[float, float]:
        area = self.area()
        return (_clipped((spot.x() - area.left()) / area.width() * 2 * HALF_WIDTH - HALF_WIDTH),
                _clipped((area.bottom() - spot.y()) / area.height() * 2 * HALF_WIDTH - HALF_WIDTH))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def value_colour(value: float) -> QColor:
    """Return the colour of a value from -1, orange, to 1, blue."""
    tokens = theme.current()
    return theme.blended(tokens.neutral, tokens.positive if value > 0 else tokens.negative,
                         abs(value) ** 0.5)


def _clipped(place: float) -> float:
    return min(max(place, -HALF_WIDTH), HALF_WIDTH)
