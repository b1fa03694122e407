"""Thumbnails of the data sets, to choose one by sight."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from engine.data import SourceInfo, thumbnail_points
from gui import theme

WIDTH, PICTURE, HEIGHT = 40, 30, 59
ICON = 20
THUMBNAIL_POINTS = 70


class Tile(QAbstractButton):
    """A frame to click, around whatever a kind of tile paints; checked, it is the one in use.

    Parameters
    ----------
    title : str
        Its name.
    tip : str
        What it is, as rich text.
    """

    def __init__(self, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(WIDTH), theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        chosen = self.isChecked()
        ground = tokens.surface_raised if self.underMouse() and not chosen else tokens.surface
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.border), 2 if chosen else 1))
        painter.setBrush(QColor(tokens.accent_soft if chosen else ground))
        painter.drawRoundedRect(box, px(8), px(8))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), px(6), px(6))
        self.paint_content(painter, QColor(tokens.text if chosen else tokens.text_muted))

    def paint_content(self, painter: QPainter, colour: QColor) -> None:
        """Paint what stands in the frame.

        Parameters
        ----------
        painter : QPainter
            Its hints are set.
        colour : QColor
            Of the text.
        """
        raise NotImplementedError

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class OwnTile(Tile):
    """A tile for what is a person's own, with an icon for a picture.

    Parameters
    ----------
    title, tip : str
        As for every tile.
    icon : str
        Name of its icon.
    """

    def __init__(self, title: str, tip: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(title, tip, parent)
        self._icon = icon

    def paint_content(self, painter: QPainter, colour: QColor) -> None:
        side, top = theme.px(ICON), theme.px(9)
        theme.icon(self._icon, colour.name()).paint(
            painter, QRect((self.width() - side) // 2, top, side, side))
        _paint_title(painter, colour, self)


_IN_SQUARES = ("images", "sounds")
"""Kinds whose examples are pictures themselves."""


class SourcePicture:
    """Draws a data set of the catalogue in miniature. GUI thread only.

    Parameters
    ----------
    info : SourceInfo
        What it is.
    """

    def __init__(self, info: SourceInfo) -> None:
        self.info = info
        self._points: list[tuple[float, float, float]] = []

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Draw it into a square."""
        if not self._points:
            drawn = thumbnail_points(self.info.key, THUMBNAIL_POINTS)
            self._points = [(float(x), float(y), float(v)) for (x, y), v
                            in zip(drawn.points, drawn.values, strict=True)]
        painter.setPen(Qt.PenStyle.NoPen)
        squares = self.info.kind in _IN_SQUARES
        size = box.width() / (8.6 if squares else 13.6)
        for x, y, value in self._points:
            painter.setBrush(self._colour(value))
            centre = QPointF(box.left() + (x + 1) / 2 * box.width(),
                             box.top() + (1 - y) / 2 * box.height())
            if squares:
                painter.drawRect(QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size))
            else:
                painter.drawEllipse(centre, size / 2, size / 2)

    def _colour(self, value: float) -> QColor:
        tokens = theme.current()
        if self.info.kind in _IN_SQUARES:
            return theme.blended(tokens.surface_sunken, tokens.text, value)
        if self.info.task == "classification" and abs(value) < 1 / 3:
            return QColor(tokens.classes[2])
        if self.info.task == "regression":
            strong = tokens.positive if value > 0 else tokens.negative
            return theme.blended(tokens.neutral, strong, abs(value) ** 0.5)
        return QColor(tokens.positive if value > 0 else tokens.negative)


class SourceTile(Tile):
    """A data set of the catalogue.

    Parameters
    ----------
    info : SourceInfo
        What it is.
    """

    def __init__(self, info: SourceInfo, parent: QWidget | None = None) -> None:
        licence = f"<p>Licence: {info.licence}</p>" if info.licence else ""
        super().__init__(info.title, f"<p><b>{info.title}.</b> {info.help}</p>{licence}", parent)
        self.info = info
        self.setAccessibleDescription(info.help)
        self._picture = SourcePicture(info)

    def paint_content(self, painter: QPainter, colour: QColor) -> None:
        side, top = theme.px(PICTURE), theme.px(4)
        self._picture.paint(painter, QRectF((self.width() - side) // 2, top, side, side))
        _paint_title(painter, colour, self)


def _paint_title(painter: QPainter, colour: QColor, tile: Tile) -> None:
    """Write what a tile is called below its picture, on two lines at most."""
    px, top = theme.px, theme.px(4 + PICTURE)
    font = QFont(tile.font())
    font.setPixelSize(px(9))
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(QRect(px(1), top, tile.width() - px(2), tile.height() - top - px(2)),
                     int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), tile.text())
