"""A picture of a play: memory and stalls over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from tests.monkey.watch import Watch

SIZE = (1200, 700)
MARGIN = 70


def draw(watch: Watch, path: Path) -> None:
    """Write the picture as a PNG; needs a Qt application."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = (SIZE[1] - 3 * MARGIN) / 2
    width = SIZE[0] - 2 * MARGIN
    end = max(watch.now_s, 1.0)
    memory = [(at, mb) for at, _act, mb in watch.memory]
    _axes(painter, QRectF(MARGIN, MARGIN, width, half), "resident memory, MiB",
          end, max([mb for _at, mb in memory] or [1.0]), memory, lines=True)
    stalls = [(stall.at_s, stall.seconds) for stall in watch.stalls]
    _axes(painter, QRectF(MARGIN, 2 * MARGIN + half, width, half), "stalls, s", end,
          max([seconds for _at, seconds in stalls] or [1.0]), stalls, lines=False)
    painter.end()
    image.save(str(path))


def _axes(painter: QPainter, area: QRectF, title: str, end: float, most: float,
          points: Sequence[tuple[float, float]], *, lines: bool) -> None:
    most *= 1.05
    painter.setPen(QPen(QColor("#888"), 1))
    painter.drawRect(area)
    painter.drawText(QPointF(area.left(), area.top() - 10), title)
    for part in range(5):
        x, y = area.left() + area.width() * part / 4, area.bottom() - area.height() * part / 4
        painter.drawText(QRectF(x - 50, area.bottom() + 4, 100, 18), Qt.AlignmentFlag.AlignCenter,
                         f"{end * part / 4 / 60:.1f} min")
        painter.drawText(QRectF(area.left() - 64, y - 9, 58, 18), Qt.AlignmentFlag.AlignRight,
                         f"{most * part / 4:.3g}")
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    placed = [QPointF(area.left() + area.width() * at / end,
                      area.bottom() - area.height() * value / most) for at, value in points]
    painter.setPen(QPen(QColor("#0877bd"), 1.5))
    if lines:
        painter.drawPolyline(QPolygonF(placed))
        return
    for at in placed:
        painter.drawLine(QPointF(at.x(), area.bottom()), at)
