"""Cards as pictures: a PNG file with twice their pixels, or an SVG file whose text is text."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPoint, QPointF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QWidget

from gui import theme
from gui.widgets.card import PictureCard

TIMES = 2
"""Pixels of a PNG file for each of the card, in both directions."""
CSS_DPI = 96
PARTS = QWidget.RenderFlag.DrawChildren


def png_of(card: PictureCard) -> bytes:
    """Return title and picture of a card as a PNG file, on the ground of the theme in force."""
    size = card.size()
    image = QImage(size * TIMES, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(TIMES)
    painter = QPainter(image)
    _paint(painter, card)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())


def svg_of(card: PictureCard) -> bytes:
    """Return title and picture of a card as an SVG file, on the ground of the theme in force."""
    size = card.size()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # SVG Tiny, the default, cannot cut curves off at the edges of a plot.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(CSS_DPI)
    generator.setSize(size)
    generator.setViewBox(card.rect())
    generator.setTitle(card.title())
    generator.setDescription("")
    painter = QPainter(generator)
    _paint(painter, card)
    painter.end()
    return bytes(buffer.data().data())


def _paint(painter: QPainter, card: PictureCard) -> None:
    """Draw what belongs to the picture where it stands on the card, without its controls."""
    painter.fillRect(card.rect(), QColor(theme.current().surface))
    for widget in (card.heading(), *card.pictured()):
        if not widget.isVisibleTo(card):
            continue
        for part in (widget, *widget.findChildren(QWidget)):
            # What a plot says of the place below the pointer belongs to that moment.
            QApplication.sendEvent(part, QEvent(QEvent.Type.Leave))
        painter.save()
        painter.translate(QPointF(widget.mapTo(card, QPoint())))
        # A plot's own `render` draws its scene alone, and not what lies above it.
        QWidget.render(widget, painter, QPoint(), QRegion(), PARTS)
        painter.restore()
