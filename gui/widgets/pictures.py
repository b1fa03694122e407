"""Cards as pictures: a PNG file with twice their pixels; see `gui.widgets.drawings` for SVG."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPoint, QPointF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from gui import theme
from gui.widgets.card import PictureCard

TIMES = 2
"""Pixels of a PNG file for each of the card, in both directions."""


def png_of(card: PictureCard) -> bytes:
    """Return title and picture of a card as a PNG file, on the ground of the theme in force."""
    image = QImage(card.size() * TIMES, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(TIMES)
    painter = QPainter(image)
    painter.fillRect(card.rect(), QColor(theme.current().surface))
    for widget in parts_of(card):
        painter.save()
        painter.translate(QPointF(widget.mapTo(card, QPoint())))
        # A plot's own `render` draws its scene alone, and not what lies above it.
        QWidget.render(widget, painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        painter.restore()
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())


def parts_of(card: PictureCard) -> Iterator[QWidget]:
    """Yield what a picture of a card shows, at rest; none of its controls is among it."""
    for widget in (card.heading(), *card.pictured()):
        if not widget.isVisibleTo(card):
            continue
        for part in (widget, *widget.findChildren(QWidget)):
            # What a plot says of the place below the pointer belongs to that moment.
            QApplication.sendEvent(part, QEvent(QEvent.Type.Leave))
        yield widget
