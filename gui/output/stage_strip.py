"""What the network sees of a drawing: every stage of it, each with its switch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from engine.data.drawing.stages import Stage
from gui import theme
from gui.output.drawing import small_font
from gui.output.pixels import grey_image

TILE_PX, CAPTION_PX = 34, 13
STAGES = {
    "sheet": ("Drawn", "<p>The whole sheet, as large as the network’s images are.</p>"),
    "crop": ("Cut", "<p><b>Cut.</b> Only the strokes are taken, wherever they stand on the "
             "sheet.</p>"),
    "scale": ("Scaled", "<p><b>Scaled.</b> The longer side becomes 20 of 28 pixels, as in MNIST; "
              "proportions stay.</p>"),
    "pen": ("Line", "<p><b>Line.</b> All lines are drawn anew with the width of those that the "
            "network has learned from.</p>"),
    "centre": ("Centred", "<p><b>Centred.</b> The centre of mass is moved into the middle. The "
               "last picture is what the network sees.</p>"),
}
"""Titles and tooltips, by `Stage.key`."""


class _Tile(QAbstractButton):
    """The picture of one stage; but for the first, a click leaves its step out or does it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        title, tip = STAGES[key]
        self._title = title
        self._image = QImage()
        self.setCheckable(key != "sheet")
        self.setChecked(True)
        more = "<p>Click to leave this step out.</p>" if self.isCheckable() else ""
        self.setToolTip(tip + more)
        self.setAccessibleName(f"Step: {title}" if self.isCheckable() else title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self.isCheckable()
                            else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if self.isCheckable():
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(TILE_PX), theme.px(TILE_PX + CAPTION_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(26), theme.px(TILE_PX + CAPTION_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        side = min(self.width(), px(TILE_PX)) - 2
        place = QRectF((self.width() - side) / 2, 1, side, side)
        is_on = self.isChecked() or not self.isCheckable()
        painter.setOpacity(1.0 if is_on else 0.35)
        painter.fillRect(place, QColor(tokens.surface_sunken))
        painter.drawImage(place, self._image)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        framed = self.isCheckable() and is_on
        painter.setPen(QPen(QColor(tokens.accent if framed else tokens.border_strong), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 1, Qt.PenStyle.DashLine))
            painter.drawRect(place.adjusted(2, 2, -2, -2))
        font = small_font(self)
        font.setStrikeOut(not is_on)
        font.setPixelSize(px(9))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text if is_on else tokens.text_muted))
        painter.drawText(QRectF(0, px(TILE_PX), self.width(), px(CAPTION_PX)),
                         int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop),
                         self._title)


class StageStrip(QWidget):
    """All stages in a row. GUI thread only.

    Signals
    -------
    switched(str, bool)
        A step is done from now on, or left out.
    """

    switched = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the network sees")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.tiles = {key: _Tile(key) for key in STAGES}
        for key, tile in self.tiles.items():
            row.addWidget(tile, 1)
            tile.toggled.connect(partial(self._on_tile_toggled, key))
        theme.notifier().changed.connect(self._on_theme_changed)

    def show_stages(self, stages: Sequence[Stage]) -> None:
        """Show the pictures of a drawing."""
        for stage in stages:
            self.tiles[stage.key].set_image(grey_image(stage.picture, (0.0, 1.0)))

    def show_steps(self, steps: frozenset[str]) -> None:
        """Show which steps are done."""
        for key, tile in self.tiles.items():
            tile.blockSignals(True)
            tile.setChecked(key == "sheet" or key in steps)
            tile.blockSignals(False)
            tile.update()

    def _on_tile_toggled(self, key: str, on: bool) -> None:
        self.switched.emit(key, on)

    @Slot()
    def _on_theme_changed(self) -> None:
        for tile in self.tiles.values():
            tile.updateGeometry()
            tile.update()
