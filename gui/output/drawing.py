"""What the output views draw alike: sentences, small text, pictures and what is pointed at."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QImage,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.widgets import linear_ticks, tick_text

SMALL = 0.85
PICTURE_PX = 64
"""Side of the picture in a readout."""
HARD = 3
"""Enlarged less, pixels would be unequal, and so the image is smoothed."""
FIXED_FONTS = ("Cascadia Mono", "Consolas", "SF Mono", "Menlo", "DejaVu Sans Mono",
               "Liberation Mono", "Noto Sans Mono")


def small_font(widget: QWidget) -> QFont:
    """Return the font of labels inside a picture."""
    font = QFont(widget.font())
    font.setPointSizeF(font.pointSizeF() * SMALL)
    return font


def fixed_font(widget: QWidget, share: float = 1.0) -> QFont:
    """Return a font whose letters are equally wide, ``share`` as large as the widget's."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies([*FIXED_FONTS, font.family()])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(widget.font().pointSizeF() * share)
    return font


def is_for_file(painter: QPainter, widget: QWidget) -> bool:
    """Say whether a widget is drawn for a file: what is kept for the screen is too coarse there."""
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        return True
    return abs(painter.combinedTransform().m11() - widget.devicePixelRatioF()) > 0.01


def draw_sentence(painter: QPainter, place: QRectF, text: str) -> None:
    """Draw a muted sentence in the middle of an empty view."""
    painter.setPen(QColor(theme.current().text_muted))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    margin = theme.px(10)
    painter.drawText(place.adjusted(margin, 0, -margin, 0), int(flags), text)


def sized(image: QImage, width: float, height: float, ratio: float) -> QImage:
    """Return an image smoothed to a size in px, unless its pixels are to be seen.

    Parameters
    ----------
    width, height : float
        The size that it will be drawn with.
    ratio : float
        Device pixels to a px.
    """
    wide, tall = round(width * ratio), round(height * ratio)
    if image.isNull() or not 1 <= wide < HARD * image.width() or tall < 1:
        return image
    return image.scaled(wide, tall, Qt.AspectRatioMode.IgnoreAspectRatio,
                        Qt.TransformationMode.SmoothTransformation)


def draw_picture(painter: QPainter, place: QRectF, image: QImage) -> None:
    """Draw an image, with hard edges where it is enlarged so far that its pixels can be seen."""
    if image.isNull():
        return
    ratio = painter.device().devicePixelRatioF()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, sized(image, place.width(), place.height(), ratio))


def draw_haloed(painter: QPainter, at: QPointF, text: str, font: QFont) -> None:
    """Draw text centred at a point, with a halo in the colour of the ground around it."""
    tokens, path = theme.current(), QPainterPath()
    path.addText(0.0, 0.0, font, text)
    path.translate(at - path.boundingRect().center())
    halo = QPen(QColor(tokens.surface), theme.px(4))
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, halo)
    painter.fillPath(path, QColor(tokens.text))


@dataclass(frozen=True)
class Readout:
    """What is said about the spot that is pointed at.

    Attributes
    ----------
    at : QPointF
        The spot, in px.
    lines : tuple[str, ...]
        The first is the most important one.
    image : QImage
        Drawn at the left; may be null.
    """

    at: QPointF
    lines: tuple[str, ...]
    image: QImage


def draw_readout(painter: QPainter, area: QRectF, readout: Readout) -> None:
    """Draw a raised box beside the spot, within ``area``."""
    tokens, gap = theme.current(), theme.px(6)
    metrics = painter.fontMetrics()
    line = metrics.height()
    picture = 0.0 if readout.image.isNull() else float(theme.px(PICTURE_PX))
    beside = picture + gap if picture else 0.0
    width = beside + max(map(metrics.horizontalAdvance, readout.lines)) + 2 * gap
    height = max(picture, line * len(readout.lines)) + 2 * gap
    x, y = readout.at.x() + 2 * gap, readout.at.y() - height - gap
    if x + width > area.right():
        x = readout.at.x() - 2 * gap - width
    box = QRectF(min(max(x, area.left()), max(area.right() - width, area.left())),
                 max(y, area.top()), width, height)
    painter.setPen(QColor(tokens.border_strong))
    painter.setBrush(QColor(tokens.surface_raised))
    painter.drawRoundedRect(box, gap, gap)
    draw_picture(painter, QRectF(box.x() + gap, box.y() + gap, picture, picture), readout.image)
    for index, text in enumerate(readout.lines):
        painter.setPen(QColor(tokens.text if index == 0 else tokens.text_muted))
        place = QRectF(box.x() + gap + beside, box.y() + gap + index * line, width, line)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


@dataclass(frozen=True)
class Scale:
    """The numbers along one edge of a picture.

    Attributes
    ----------
    low, high : float
        At its two ends.
    name : str
        Stands at its far end, in place of the numbers there.
    """

    low: float
    high: float
    name: str = ""

    def share(self, value: float) -> float:
        """Return where a number is, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def draw_scales(painter: QPainter, area: QRectF, x: Scale, y: Scale, *, grid: bool = False) -> None:
    """Label round numbers below and at the left of a picture, and draw lines across on demand."""
    metrics, gap = painter.fontMetrics(), theme.px(4)
    line = metrics.height()
    room = metrics.horizontalAdvance(x.name) + gap
    name = QRectF(area.right() - room, area.bottom() + gap / 2, room, line)
    beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    spacing, ticks = linear_ticks(x.low, x.high, max(2, int(area.width() / theme.px(48))))
    for tick in ticks:
        at, text = area.left() + x.share(tick) * area.width(), tick_text(tick, spacing)
        _draw_line(painter, QLineF(at, area.top(), at, area.bottom()), grid=grid)
        wide = metrics.horizontalAdvance(text) + 2.0
        place = QRectF(at - wide / 2, name.top(), wide, line)
        if not x.name or not place.intersects(name):
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.drawText(name, int(beside), x.name)
    spacing, ticks = linear_ticks(y.low, y.high, max(2, int(area.height() / theme.px(34))))
    for tick in ticks:
        at = area.bottom() - y.share(tick) * area.height()
        _draw_line(painter, QLineF(area.left(), at, area.right(), at), grid=grid)
        if not y.name or at > area.top() + line:
            painter.drawText(QRectF(0, at - line / 2, area.left() - gap, line), int(beside),
                             tick_text(tick, spacing))
    painter.drawText(QRectF(0, area.top() - line / 2, area.left() - gap, line), int(beside), y.name)


def _draw_line(painter: QPainter, across: QLineF, *, grid: bool) -> None:
    if grid:
        painter.setPen(QColor(theme.current().grid))
        painter.drawLine(across)
    painter.setPen(QColor(theme.current().axis))
