"""What the output views draw alike: sentences, small text, pictures and what is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.widgets import linear_ticks, tick_text

SMALL = 0.85
PICTURE_PX = 64
"""Side of the picture in a readout."""
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


def draw_sentence(painter: QPainter, place: QRectF, text: str) -> None:
    """Draw a muted sentence in the middle of an empty view."""
    painter.setPen(QColor(theme.current().text_muted))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    margin = theme.px(10)
    painter.drawText(place.adjusted(margin, 0, -margin, 0), int(flags), text)


def draw_picture(painter: QPainter, place: QRectF, image: QImage) -> None:
    """Draw an image: with hard edges where it is enlarged, averaged where it is reduced."""
    ratio = painter.device().devicePixelRatioF()
    width, height = round(place.width() * ratio), round(place.height() * ratio)
    if image.isNull() or width < 1 or height < 1:
        return
    if width < image.width():
        image = image.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio,
                             Qt.TransformationMode.SmoothTransformation)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, image)


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


def draw_ticks(painter: QPainter, area: QRectF, x: tuple[float, float], y: tuple[float, float],
               *, grid: bool = False) -> None:
    """Label round numbers below and at the left of a picture.

    Parameters
    ----------
    x, y : tuple[float, float]
        Numbers at its left and right, and at its lower and upper edge.
    grid : bool
        Whether to draw lines across, too.
    """
    tokens, gap = theme.current(), theme.px(4)
    metrics = painter.fontMetrics()
    line = metrics.height()
    below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    spacing, ticks = linear_ticks(*x, max(2, int(area.width() / theme.px(48))))
    for tick in ticks:
        at = area.left() + (tick - x[0]) / (x[1] - x[0]) * area.width()
        if grid:
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(at, area.top(), at, area.bottom()))
        painter.setPen(QColor(tokens.axis))
        painter.drawText(QRectF(at - 60, area.bottom() + gap / 2, 120, line), int(below),
                         tick_text(tick, spacing))
    spacing, ticks = linear_ticks(*y, max(2, int(area.height() / theme.px(34))))
    for tick in ticks:
        at = area.bottom() - (tick - y[0]) / (y[1] - y[0]) * area.height()
        if grid:
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(area.left(), at, area.right(), at))
        painter.setPen(QColor(tokens.axis))
        painter.drawText(QRectF(0, at - line / 2, area.left() - gap, line), int(beside),
                         tick_text(tick, spacing))


def names_of(texts: Sequence[str], limit: int = 3) -> str:
    """Return ``a, b, c and 4 more``."""
    if len(texts) <= limit:
        return ", ".join(texts)
    return f"{', '.join(texts[:limit])} and {len(texts) - limit} more"
