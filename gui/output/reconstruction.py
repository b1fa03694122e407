"""Images as the network sees them, as it draws them, and as they are, side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data.dataset import Dataset, Reals
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import draw_picture, draw_sentence, small_font
from gui.output.pixels import Ends, ends_of, example_image
from gui.output.tables import drawn_table
from gui.output.view import OutputView
from gui.widgets import plain_number

EMPTY = "What the network makes of the images is shown as soon as it is ready."
FEWEST = 4
"""Examples side by side, at least, unless room is very short."""
MEASURED = 500
"""Examples from which black and white are taken."""


def error_text(error: float) -> str:
    """Return a mean squared error in two figures."""
    if not np.isfinite(error):
        return "not finite"
    return f"{error:.2g}" if 1e-3 <= error < 100 or error == 0 else plain_number(error)


class ReconstructionView(QWidget, OutputView):
    """A column per example: input (where noise was added), output, target, and the error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._ends: Ends = (0.0, 1.0)
        self._is_noisy = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Reconstructions beside their targets")
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the reconstructions before; these examples are images."""
        self._dataset, self._snapshot = dataset, None
        self._ends = ends_of(dataset.values[:MEASURED])
        self._is_noisy = not np.array_equal(dataset.inputs[:MEASURED], dataset.values[:MEASURED])
        self.setAccessibleDescription("")
        self.update()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the sample of a snapshot."""
        self._snapshot = snapshot
        if len(errors := self.errors()):
            self.setAccessibleDescription(
                f"Mean squared error of {len(errors)} examples: {error_text(errors.mean())}.")
        self.update()

    def errors(self) -> Reals:
        """Return the mean squared error of every example of the sample, float64[m]."""
        if self._dataset is None or self._snapshot is None:
            return np.zeros(0)
        targets = self._dataset.values[self._snapshot.samples]
        difference: Reals = self._snapshot.sample_outputs.reshape(targets.shape) - targets
        return np.asarray((difference**2).mean(axis=1), np.float64)

    def row_names(self) -> tuple[str, ...]:
        """Return what stands at the left: the input is left out where it is the target."""
        return ("Input", "Output", "Target") if self._is_noisy else ("Target", "Output")

    def columns(self) -> int:
        """Return how many examples have room."""
        available = len(self._snapshot.samples) if self._snapshot else 0
        side = self._side()
        return min(available, max(1, int((self.width() - self._beside()) / side)))

    def column_text(self, column: int) -> str:
        """Return the sentence about one example."""
        dataset, snapshot = self._dataset, self._snapshot
        if dataset is None or snapshot is None:
            return ""
        row = int(snapshot.samples[column])
        part = "Validation" if row in dataset.validation else "Training"
        name = f", {dataset.class_names[dataset.labels[row]]}," if len(dataset.labels) else ""
        text = (f"{part} example {row + 1}{name} is drawn with a mean squared error of "
                f"{error_text(float(self.errors()[column]))}")
        if not self._is_noisy:
            return f"{text}."
        noise = float(((dataset.inputs[row] - dataset.values[row]) ** 2).mean())
        return f"{text}; the noise in the input has {error_text(noise)}."

    def table(self) -> Table:
        """Return input, output and target of the whole sample, number by number."""
        return drawn_table(self._dataset, self._snapshot)

    def minimumSizeHint(self) -> QSize:
        """Return room for small images."""
        return QSize(theme.px(180), theme.px(130))

    def event(self, event: QEvent) -> bool:
        """Show the sentence about the example below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            column = self._column_at(event.pos())
            QToolTip.showText(
                event.globalPos(), self.column_text(column) if column >= 0 else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw images, names of the rows and errors."""
        painter = QPainter(self)
        columns = self.columns()
        if self._dataset is None or self._snapshot is None or not columns:
            draw_sentence(painter, QRectF(self.rect()), EMPTY)
            return
        tokens, side, left = theme.current(), self._side(), self._beside()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small_font(self))
        painter.setPen(QColor(tokens.text_muted))
        names = self.row_names()
        room = left - theme.px(8)
        for index, name in enumerate(names):
            painter.drawText(QRectF(0, index * side, room, side), int(right), name)
        line = painter.fontMetrics().height()
        below = QRectF(0, len(names) * side, room, line)
        painter.drawText(below, int(right), "Error")
        for column in range(columns):
            self._draw_column(painter, column, left + column * side, side)

    def _draw_column(self, painter: QPainter, column: int, x: float, side: float) -> None:
        dataset, snapshot = self._dataset, self._snapshot
        if dataset is None or snapshot is None or dataset.example.picture_size is None:
            return
        row, gap = int(snapshot.samples[column]), theme.px(2)
        sources = {"Input": dataset.inputs[row], "Output": snapshot.sample_outputs[column],
                   "Target": dataset.values[row]}
        names = self.row_names()
        height, width = dataset.example.picture_size
        tall, wide = min(1.0, height / width), min(1.0, width / height)
        room = side - 2 * gap
        for index, name in enumerate(names):
            place = QRectF(x + gap, index * side + gap, room * wide, room * tall)
            place.moveCenter(QRectF(x, index * side, side, side).center())
            draw_picture(painter, place,
                         example_image(sources[name], dataset.example, self._ends))
            painter.setPen(QColor(theme.current().border))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)
        painter.setPen(QColor(theme.current().text))
        line = painter.fontMetrics().height()
        painter.drawText(QRectF(x, len(names) * side, side, line),
                         Qt.AlignmentFlag.AlignHCenter, error_text(float(self.errors()[column])))

    def _beside(self) -> float:
        widest = max(map(self.fontMetrics().horizontalAdvance, ("Output", "Target")))
        return widest + theme.px(8)

    def _side(self) -> float:
        """Return the side of the square that an image has, with the gap around it."""
        tall = (self.height() - self.fontMetrics().height()) / len(self.row_names())
        # A column is wide enough for its error; where room is short, there are fewer of them.
        least = self.fontMetrics().horizontalAdvance("0.0000")
        side = max(min(tall, (self.width() - self._beside()) / FEWEST), min(tall, least))
        return max(side, theme.px(12))

    def _column_at(self, point: QPoint) -> int:
        side = self._side()
        column = int((point.x() - self._beside()) // side)
        inside = point.y() < side * len(self.row_names()) + self.fontMetrics().height()
        return column if inside and 0 <= column < self.columns() else -1

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
