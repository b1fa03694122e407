"""A dial for chi: what of the error signal is left behind a layer on its way back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.frames.theory import Theory, short

REACH = 3.0
"""Doublings of chi to each side of 1 that the dial has; what lies further stands at its ends."""
NEAR = 0.15
"""Doublings around 1 that still count as critical: over 30 layers, a gradient 5 times as large."""
TIP = ("χ: factor of the mean squared error signal from behind a layer to before it. Below 1 it "
       "vanishes, at 1 it lasts, above 1 it explodes. ξ: layers over which its mean square "
       "changes by a factor of e, 1/|ln χ|.")


class ChiDial(QWidget):
    """Half a circle from vanishing to exploding, with a needle. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chi = math.nan
        self.setToolTip(f"<p>{TIP}</p>")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self.set_chi(math.nan)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(132), theme.px(76))

    def chi(self) -> float:
        """Return what the needle shows; NaN for nothing."""
        return self._chi

    def set_chi(self, chi: float) -> None:
        """Point at another number; NaN takes the needle away."""
        self._chi = chi
        self.setAccessibleName("Chi dial")
        self.setAccessibleDescription(f"χ {short(chi)}: the error signal {fate(chi)}"
                                      if chi > 0 else "χ is not known")
        self.update()

    def share(self) -> float:
        """Return where the needle stands: 0 at the left end, 0.5 at 1, 1 at the right end."""
        doublings = math.log2(self._chi) if 0 < self._chi < math.inf else (
            math.inf if self._chi > 0 else -math.inf)
        return min(max(0.5 + doublings / (2 * REACH), 0.0), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, px = theme.current(), theme.px
        radius = min(self.width() / 2 - px(4), self.height() - px(20))
        centre = QPointF(self.width() / 2, radius + px(6))
        circle = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        near = NEAR / (2 * REACH)
        for begin, end, colour in ((0.0, 0.5 - near, tokens.vanishing),
                                   (0.5 - near, 0.5 + near, tokens.good),
                                   (0.5 + near, 1.0, tokens.exploding)):
            pen = QPen(QColor(colour), px(7))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            # Qt counts sixteenths of a degree, from three o'clock, against the clock.
            painter.drawArc(circle, round((180 - 180 * begin) * 16),
                            round(-180 * (end - begin) * 16))
        font = QFont(theme.base_font())
        font.setPixelSize(px(10))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text_muted))
        line = QRectF(0, centre.y() + px(1), self.width(), px(14))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, "vanishes")
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, "explodes")
        if self._chi > 0:
            angle = math.pi * (1 - self.share())
            tip = centre + QPointF(math.cos(angle), -math.sin(angle)) * (radius - px(2))
            painter.setPen(QPen(QColor(tokens.text), px(2)))
            painter.drawLine(QLineF(centre, tip))
            painter.setBrush(QColor(tokens.text))
            painter.drawEllipse(centre, px(3), px(3))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def fate(chi: float) -> str:
    """Return what becomes of an error signal, in a word."""
    doublings = math.log2(chi) if chi > 0 else -math.inf
    return "vanishes" if doublings < -NEAR else "explodes" if doublings > NEAR else "lasts"


def mean_chi(theory: Theory, ids: Sequence[str]) -> float:
    """Return the geometric mean of chi over layers; NaN if none has one."""
    found = [one.chi for one in map(theory.of, ids) if one is not None and one.chi > 0]
    if not found:
        return math.nan
    return math.exp(math.fsum(math.log(chi) for chi in found) / len(found))


def depth_scale(chi: float) -> float:
    """Return xi: over how many layers the mean squared error signal changes by a factor of e."""
    logarithm = abs(math.log(chi)) if chi > 0 else math.inf
    return 1 / logarithm if logarithm > 1e-9 else math.inf
