"""The thin line over a gradient bar: where the middle 90 % of the layer's gradients lie."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QBrush, QColor, QLinearGradient

from gui import theme

ALPHA = 90
FADE = 16
"""Px over which a band fades where it goes on beyond the axis."""


def band_brush(line: QRect, fades_left: bool, fades_right: bool) -> QBrush:
    """Return what to paint a band with; it fades at the ends at which the axis cuts it."""
    solid = QColor(theme.current().text)
    solid.setAlpha(ALPHA)
    if not fades_left and not fades_right:
        return QBrush(solid)
    clear = QColor(solid)
    clear.setAlpha(0)
    share = min(theme.px(FADE) / max(line.width(), 1), 0.5)
    shades = QLinearGradient(line.left(), 0, line.left() + line.width(), 0)
    for place, fades in ((0.0, fades_left), (1.0, fades_right)):
        shades.setColorAt(place, clear if fades else solid)
        shades.setColorAt(abs(place - share), solid)
    return QBrush(shades)
