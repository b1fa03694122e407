"""Single images with what the network takes them for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from engine.data.dataset import Dataset
from engine.data.rows import extremes
from engine.errors import DataError
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.outcomes import Outcome, outcomes
from gui.output.pixels import example_image
from gui.output.tables import classes_table
from gui.output.view import OutputView, wrong_first
from gui.widgets.sound_player import SoundPlayer

TILE_PX, LARGEST_TILE_PX = 60, 100
MOST_MEASURED = 100
"""Names of classes whose width is asked for."""


def outcome_text(dataset: Dataset, one: Outcome) -> str:
    """Return the sentence about one example."""
    verdict = "right" if one.is_right else "wrong"
    part = "validation" if one.held_back else "training"
    truth, taken = dataset.class_names[one.truth], dataset.class_names[one.predicted]
    return (f"{part.capitalize()} example {one.row + 1}: {truth}, taken for {taken} "
            f"with {100 * one.probability:.1f} %: {verdict}.")


def draw_mark(painter: QPainter, place: QRectF, is_right: bool) -> None:
    """Draw a tick in the colour of good or a cross in that of bad."""
    tokens = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(tokens.good if is_right else tokens.bad), max(1.5, place.width() * 0.16))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)

    def at(x: float, y: float) -> QPointF:
        return QPointF(place.x() + x * place.width(), place.y() + y * place.height())

    if is_right:
        painter.drawPolyline(QPolygonF([at(0.15, 0.55), at(0.42, 0.8), at(0.87, 0.22)]))
    else:
        painter.drawLine(at(0.2, 0.2), at(0.8, 0.8))
        painter.drawLine(at(0.2, 0.8), at(0.8, 0.2))
    painter.restore()


class _Tiles(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.dataset: Dataset | None = None
        self.shown: Sequence[Outcome] = ()
        self.player = SoundPlayer(self)
        self._images: dict[int, QImage] = {}
        self._least = 0
        self._ends = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Sample images with their predicted classes")

    def set_dataset(self, dataset: Dataset) -> None:
        self.player.stop()
        self.dataset, self.shown = dataset, ()
        self._images.clear()
        if dataset.inputs.size:
            self._ends = extremes(dataset.inputs)
        self.relaid()

    def relaid(self) -> None:
        self._least = self._least_width()
        columns = self._columns()
        rows = -(-len(self.shown) // columns)
        self.setFixedHeight(max(rows * self._tile().height(), 1))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relaid()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            one = self._at(event.pos())
            text = self._said_of(one) if one else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        one = self._at(event.position().toPoint())
        if one is None or event.button() != Qt.MouseButton.LeftButton or self.dataset is None \
                or self.dataset.sound_of is None:
            super().mouseReleaseEvent(event)
            return
        try:
            self.player.play(self.dataset.sound_of(one.row))
        except DataError as error:
            QToolTip.showText(event.globalPosition().toPoint(), error.sentence, self)
            return
        if not self.player.can_play:
            QToolTip.showText(event.globalPosition().toPoint(), self.player.reason, self)

    def _said_of(self, one: Outcome) -> str:
        if self.dataset is None:
            return ""
        text = outcome_text(self.dataset, one)
        return f"{text} Click to hear it." if self.dataset.sound_of is not None else text

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, one in enumerate(self.shown):
            place = self._place(index)
            if place.intersects(event.rect()):
                self._draw(painter, QRectF(place), one)

    def _draw(self, painter: QPainter, place: QRectF, one: Outcome) -> None:
        tokens, gap = theme.current(), theme.px(3)
        side = place.width() - 2 * gap
        picture = QRectF(place.x() + gap, place.y() + gap, side, side)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(picture, self._image(one.row))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.good if one.is_right else tokens.bad), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(picture.adjusted(-1, -1, 1, 1), 3, 3)
        painter.setFont(self._small())
        line = painter.fontMetrics().height()
        mark = line * 0.72
        text_top = picture.bottom() + theme.px(3)
        draw_mark(painter, QRectF(picture.left(), text_top + (line - mark) / 2, mark, mark),
                  one.is_right)
        room = QRectF(picture.left() + mark + gap, text_top, side - mark - gap, line)
        names = self.dataset.class_names if self.dataset else ()
        name, share = names[one.predicted], f"{100 * one.probability:.0f}%"
        across = painter.fontMetrics().horizontalAdvance
        painter.setPen(QColor(tokens.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, painter.fontMetrics().elidedText(
            name, Qt.TextElideMode.ElideRight, int(room.width())))
        # The name says more; the tooltip has both.
        if across(name) + gap + across(share) <= room.width():
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, share)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        return font

    def _least_width(self) -> int:
        """Return how wide a tile is where its caption fits, within bounds."""
        names = self.dataset.class_names if self.dataset else ()
        metrics = QFontMetrics(self._small())
        words = max(map(metrics.horizontalAdvance, names[:MOST_MEASURED]), default=0)
        caption = metrics.height() + words + metrics.horizontalAdvance("100%") + theme.px(12)
        return min(max(caption, theme.px(TILE_PX)), theme.px(LARGEST_TILE_PX))

    def _image(self, row: int) -> QImage:
        if row not in self._images and self.dataset and self.dataset.example.picture_size:
            self._images[row] = example_image(self.dataset.inputs[row], self.dataset.example,
                                              self._ends)
        return self._images.get(row, QImage())

    def _tile(self) -> QSize:
        width = self.width() // self._columns()
        return QSize(width, width + round(self.fontMetrics().height() * 0.85) + theme.px(3))

    def _columns(self) -> int:
        return max(2, self.width() // max(self._least, 1))

    def _place(self, index: int) -> QRect:
        row, column = divmod(index, self._columns())
        size = self._tile()
        return QRect(QPoint(column * size.width(), row * size.height()), size)

    def _at(self, point: QPoint) -> Outcome | None:
        inside = (one for i, one in enumerate(self.shown) if self._place(i).contains(point))
        return next(inside, None)


class SampleGrid(QScrollArea, OutputView):
    """Images with the predicted class and its probability, framed green or red with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles = _Tiles()
        self._snapshot: Snapshot | None = None
        self.wrong_first = wrong_first(self._on_wrong_first_toggled)
        self.controls = (self.wrong_first,)
        self.setWidget(self._tiles)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Samples")
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the samples before; these examples are images."""
        self._snapshot = None
        self._tiles.set_dataset(dataset)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the sample of a snapshot."""
        self._snapshot = snapshot
        if self._tiles.dataset is not None:
            self._tiles.shown = outcomes(
                self._tiles.dataset, snapshot, wrong_first=self.wrong_first.isChecked())
            self._tiles.relaid()

    def table(self) -> Table:
        """Return the whole sample with all probabilities, in its own order."""
        return classes_table(self._tiles.dataset, self._snapshot)

    @Slot(bool)
    def _on_wrong_first_toggled(self) -> None:
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def shown(self) -> Sequence[Outcome]:
        """Return the outcomes in the order shown."""
        return self._tiles.shown

    @Slot()
    def _on_theme_changed(self) -> None:
        self._tiles.relaid()
