"""Status as a shape, so that it is never told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from gui.theme.state import current

Draw = Callable[[QPainter, QRectF, bool], None]


def status_colour(code: str, severity: int = 2) -> str:
    """Return the colour ``#rrggbb`` of a verdict; an unknown code is grey."""
    role = _GLYPHS.get(code, _GLYPHS["waiting"])[0]
    if severity <= 0 and code not in ("healthy", "waiting"):
        role = "text_muted"
    return str(getattr(current(), role))


def status_glyph(painter: QPainter, rect: QRectF, code: str, severity: int = 2) -> None:
    """Draw a verdict: its own shape in its own colour.

    Parameters
    ----------
    painter : QPainter
        Its pen, brush and hints are restored.
    rect : QRectF
        The largest centred square in it is filled.
    code : str
        ``healthy``, ``vanishing``, ``exploding``, ``saturated``, ``dead``, ``update_small``,
        ``update_large``, ``symmetric``, ``nonfinite``, ``flat``, ``overfitting``, ``cut_off``,
        ``note``, ``cause`` or ``waiting``; another one is drawn as ``waiting``.
    severity : int
        2 fills the shape; 1 and 0 draw its outline.
    """
    side = min(rect.width(), rect.height())
    square = QRectF(0, 0, side, side)
    square.moveCenter(rect.center())
    colour = QColor(status_colour(code, severity))
    filled = severity >= 2 or code in ("healthy", "waiting")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, max(1.2, side * 0.12))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(QBrush(colour) if filled else Qt.BrushStyle.NoBrush)
    _GLYPHS.get(code, _GLYPHS["waiting"])[1](painter, square, filled)
    painter.restore()


def _inset(square: QRectF, share: float) -> QRectF:
    by = square.width() * share
    return square.adjusted(by, by, -by, -by)


def _at(square: QRectF, x: float, y: float) -> QPointF:
    return QPointF(square.x() + x * square.width(), square.y() + y * square.height())


def _polygon(*corners: tuple[float, float]) -> Draw:
    def draw(painter: QPainter, square: QRectF, _filled: bool) -> None:
        painter.drawPolygon(QPolygonF([_at(square, x, y) for x, y in corners]))

    return draw


def _lines(*ends: tuple[float, float, float, float]) -> Draw:
    def draw(painter: QPainter, square: QRectF, filled: bool) -> None:
        pen = painter.pen()
        pen.setWidthF(square.width() * (0.18 if filled else 0.13))
        painter.setPen(pen)
        for x1, y1, x2, y2 in ends:
            painter.drawLine(_at(square, x1, y1), _at(square, x2, y2))

    return draw


def _circle(painter: QPainter, square: QRectF, _filled: bool) -> None:
    painter.drawEllipse(_inset(square, 0.18))


def _square(painter: QPainter, square: QRectF, _filled: bool) -> None:
    painter.drawRect(_inset(square, 0.2))


def _crossed_circle(painter: QPainter, square: QRectF, filled: bool) -> None:
    painter.drawEllipse(_inset(square, 0.1))
    pen = painter.pen()
    if filled:
        pen.setColor(QColor(current().surface))
    painter.setPen(pen)
    painter.drawLine(_at(square, 0.34, 0.34), _at(square, 0.66, 0.66))
    painter.drawLine(_at(square, 0.34, 0.66), _at(square, 0.66, 0.34))


_BOLT = ((0.6, 0.04), (0.2, 0.58), (0.47, 0.58), (0.4, 0.96), (0.8, 0.4), (0.53, 0.4))

_GLYPHS: Mapping[str, tuple[str, Draw]] = MappingProxyType({
    "healthy": ("good", _circle),
    "vanishing": ("vanishing", _polygon((0.1, 0.18), (0.9, 0.18), (0.5, 0.88))),
    "exploding": ("exploding", _polygon((0.1, 0.82), (0.9, 0.82), (0.5, 0.12))),
    "saturated": ("warning", _square),
    "dead": ("bad", _crossed_circle),
    "update_small": ("warning", _lines((0.2, 0.35, 0.5, 0.68), (0.5, 0.68, 0.8, 0.35))),
    "update_large": ("warning", _lines((0.2, 0.65, 0.5, 0.32), (0.5, 0.32, 0.8, 0.65))),
    "symmetric": ("warning", _lines((0.18, 0.36, 0.82, 0.36), (0.18, 0.64, 0.82, 0.64))),
    "nonfinite": ("bad", _polygon(*_BOLT)),
    "flat": ("warning", _lines((0.12, 0.3, 0.12, 0.7), (0.12, 0.5, 0.88, 0.5),
                               (0.88, 0.3, 0.88, 0.7))),
    # The two losses part.
    "overfitting": ("warning", _lines((0.12, 0.5, 0.42, 0.5), (0.42, 0.5, 0.86, 0.2),
                                      (0.42, 0.5, 0.86, 0.8))),
    "waiting": ("text_muted", _lines((0.3, 0.5, 0.7, 0.5))),
    # A gradient that comes to a wall.
    "cut_off": ("bad", _lines((0.2, 0.2, 0.8, 0.2), (0.5, 0.9, 0.5, 0.42), (0.5, 0.4, 0.28, 0.62),
                              (0.5, 0.4, 0.72, 0.62))),
    # What was known before the first step.
    "note": ("warning", _lines((0.5, 0.12, 0.5, 0.58), (0.5, 0.8, 0.5, 0.86))),
    "cause": ("bad", _lines((0.5, 0.08, 0.5, 0.46), (0.5, 0.64, 0.5, 0.68),
                            (0.24, 0.92, 0.76, 0.92))),
})
STATUS_CODES = tuple(_GLYPHS)

_SHAPES = {"early": "waiting", "learning": "healthy", "learned": "healthy", "settled": "flat",
           "chance": "flat", "risen": "flat", "far_off": "exploding", "silent": "vanishing"}
"""Codes that have no shape of their own."""


def status_shape(code: str, severity: int) -> str:
    """Return which shape a verdict has; a cause that was known before has that of all such."""
    shape = _SHAPES.get(code, code)
    if code == "settled" and severity == 0:
        return "healthy"
    if shape in STATUS_CODES:
        return shape
    return "cause" if severity > 1 else "note"
