"""Chi over the gain: a curve for every activation function, with where it is and where it lasts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.layers import ACTIVATIONS
from gui import theme
from gui.frames.theory import short

Reals = NDArray[np.float64]
REACH = 5.0
"""Doublings of chi to each side of 1; what lies further stands at the edge."""
MOST = 3
"""Curves that can be told apart in so little room."""
TIP = ("χ over the gain of the weights, where many equal layers of this activation and these "
       "biases come to. The dot is where the layers are; the mark on the line χ = 1 is the gain at "
       "which errors last.")
NONE = "Only dense layers and convolutions with random weights have a χ over their gain."


class Curve(Protocol):
    """Chi over the gain; see `engine.theory.GainCurve`."""

    @property
    def activation(self) -> str:
        """Key of the function."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of the layers."""

    @property
    def gains(self) -> Reals:
        """The gains, ascending."""

    @property
    def chi(self) -> Reals:
        """Chi at each."""

    @property
    def critical(self) -> tuple[float, ...]:
        """Gains at which chi is 1."""

    @property
    def gain(self) -> float:
        """The gain that the layers have; NaN where theirs differ."""

    def at(self, gain: float) -> float:
        """Return chi at a gain."""


class ChiCurve(QWidget):
    """A small plot of chi over the gain, both logarithmic. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[Curve, ...] = ()
        self.setAccessibleName("Chi over the gain")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self.set_curves(())

    def sizeHint(self) -> QSize:
        return QSize(theme.px(180), theme.px(76))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(76))

    def curves(self) -> tuple[Curve, ...]:
        """Return what is drawn."""
        return self._curves

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Draw other curves; of many, those of most layers."""
        self._curves = tuple(sorted(curves, key=lambda one: -len(one.layers))[:MOST])
        told = " ".join(f"{sentence(one)} {_now(one)}".strip() for one in self._curves) or NONE
        self.setAccessibleDescription(told)
        self.setToolTip(f"<p>{TIP}</p><p>{told}</p>")
        self.update()

    def point(self, curve: Curve) -> QPointF | None:
        """Return where the layers of a curve are, in px; None where their gains differ."""
        if math.isnan(curve.gain):
            return None
        low, high = float(curve.gains[0]), float(curve.gains[-1])
        gain = min(max(curve.gain, low), high)
        area = self._area()
        return QPointF(_x(area, gain), _y(area, curve.at(gain)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        area = self._area()
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(QLineF(area.left(), _y(area, 1.0), area.right(), _y(area, 1.0)))
        self._paint_gains(painter, area)
        for number, curve in enumerate(self._curves):
            colour = QColor((tokens.text, tokens.accent, tokens.text_muted)[number])
            painter.setPen(QPen(colour, theme.px(1.5)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([
                QPointF(_x(area, gain), _y(area, chi))
                for gain, chi in zip(curve.gains.tolist(), curve.chi.tolist(), strict=True)]))
            self._paint_critical(painter, area, curve, colour)
            point = self.point(curve)
            if point is not None:
                painter.setBrush(colour)
                painter.setPen(QPen(QColor(tokens.surface), theme.px(1.5)))
                painter.drawEllipse(point, theme.px(4), theme.px(4))

    def _paint_gains(self, painter: QPainter, area: QRectF) -> None:
        """Write what stands at the bottom and beside the line at 1."""
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.current().text_muted))
        below = QRectF(0, area.bottom() + 1, self.width(), metrics.height())
        for side, text in ((Qt.AlignmentFlag.AlignLeft, "0.1"), (Qt.AlignmentFlag.AlignHCenter,
                           "gain"), (Qt.AlignmentFlag.AlignRight, "10")):
            painter.drawText(below, side, text)
        painter.drawText(QPointF(area.left(), _y(area, 1.0) - theme.px(2)), "χ = 1")

    def _paint_critical(self, painter: QPainter, area: QRectF, curve: Curve,
                        colour: QColor) -> None:
        reach, metrics = theme.px(5), QFontMetricsF(painter.font())
        for gain in curve.critical:
            x, y = _x(area, gain), _y(area, 1.0)
            painter.setPen(QPen(colour, theme.px(2)))
            painter.drawLine(QLineF(x, y - reach, x, y + reach))
            text = short(gain)
            wide = metrics.horizontalAdvance(text)
            # Where the curve is not: it rises from below the line to above it.
            left = min(max(x + theme.px(4), 0.0), self.width() - wide)
            painter.drawText(QPointF(left, y + reach + metrics.ascent()), text)

    def _area(self) -> QRectF:
        metrics, px = QFontMetricsF(self._font()), theme.px
        return QRectF(px(4), px(5), max(self.width() - px(8), 1),
                      max(self.height() - px(7) - metrics.height(), 1))

    def _font(self) -> QFont:
        font = QFont(theme.base_font())
        font.setPixelSize(theme.px(10))
        return font

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def sentence(curve: Curve) -> str:
    """Return at which gain errors last with a function, in words."""
    title = ACTIVATIONS[curve.activation].title
    if not curve.critical:
        return f"{title} is critical at no gain from 0.1 to 10."
    return f"{title} is critical at gain {' and '.join(map(short, curve.critical))}."


def _now(curve: Curve) -> str:
    """Return what chi is where the layers are, in words; nothing where their gains differ."""
    return "" if math.isnan(curve.gain) else (
        f"At {short(curve.gain)}, χ is {short(curve.at(curve.gain))}.")


def _x(area: QRectF, gain: float) -> float:
    return area.left() + area.width() * min(max((math.log10(gain) + 1) / 2, 0.0), 1.0)


def _y(area: QRectF, chi: float) -> float:
    doublings = math.log2(chi) if chi > 0 else -math.inf
    return area.bottom() - area.height() * min(max(0.5 + doublings / (2 * REACH), 0.0), 1.0)
