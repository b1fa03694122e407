"""Texts beside what the network reads, and what it gave at every step of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.data.dataset import Dataset
from engine.data.transcription import Change, errors_in, laid_together
from engine.telemetry.snapshot import Snapshot, Transcript
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import draw_sentence, fixed_font, small_font
from gui.output.step_shares import BLANK_NAME, StepShares
from gui.output.texts import shown
from gui.output.view import OutputView, wrong_first

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
NAMES = ("text", "read")
NOTHING = "\N{MIDDLE DOT}"
"""Stands where one of the two has no character."""

EMPTY = "What the network reads is shown as soon as it is ready."
LIST_SHARE, PICTURE_SHARE = 2, 3


@dataclass(frozen=True)
class Reading:
    """A text and what is read of it.

    Attributes
    ----------
    transcript : Transcript
        What the network gave.
    changes : tuple[Change, ...]
        The two side by side.
    """

    transcript: Transcript
    changes: tuple[Change, ...]

    @property
    def errors(self) -> int:
        """How many characters are wrong."""
        return errors_in(self.changes)


def readings_of(dataset: Dataset, snapshot: Snapshot, *, wrong_first: bool) -> list[Reading]:
    """Return what is read of the examples of a snapshot, in their order or by their errors."""
    found = []
    for one in snapshot.transcripts:
        wanted = dataset.labels[one.row]
        found.append(Reading(one, laid_together(wanted[np.cumprod(wanted >= 0) > 0], one.read)))
    return sorted(found, key=lambda one: -one.errors) if wrong_first else found


def text_of(dataset: Dataset, classes: Sequence[int]) -> str:
    """Return characters as running text."""
    return "".join(dataset.class_names[number] for number in classes)


def reading_sentence(dataset: Dataset, one: Reading) -> str:
    """Return the sentence about one example."""
    row, wanted = one.transcript.row, [c.wanted for c in one.changes if c.wanted >= 0]
    part = "Training" if row in dataset.training else "Validation"
    read = text_of(dataset, one.transcript.read.tolist())
    said = f"read as \N{LEFT DOUBLE QUOTATION MARK}{read}\N{RIGHT DOUBLE QUOTATION MARK}" \
        if read else "nothing is read"
    verdict = "right" if not one.errors else f"{one.errors} of {len(wanted)} characters wrong"
    return (f"{part} example {row + 1}: \N{LEFT DOUBLE QUOTATION MARK}{text_of(dataset, wanted)}"
            f"\N{RIGHT DOUBLE QUOTATION MARK}, {said}: {verdict}.")


class ReadingModel(QAbstractListModel):
    """Readings as rows of a list."""

    def __init__(self) -> None:
        super().__init__()
        self.dataset: Dataset | None = None
        self.shown: Sequence[Reading] = ()

    def show(self, dataset: Dataset, shown: Sequence[Reading]) -> None:
        """Show other readings; the list keeps its place when their number stays."""
        if dataset is not self.dataset or len(shown) != len(self.shown):
            self.beginResetModel()
            self.dataset, self.shown = dataset, shown
            self.endResetModel()
            return
        self.shown = shown
        if shown:
            self.dataChanged.emit(self.index(0), self.index(len(shown) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return how many readings there are."""
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the sentence about a reading, for those who hear or hover it; else itself."""
        if self.dataset is None or not index.isValid():
            return None
        one = self.shown[index.row()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return reading_sentence(self.dataset, one)
        return one if role == Qt.ItemDataRole.UserRole else None


class ReadingDelegate(QStyledItemDelegate):
    """Draws a text above what is read of it, a column for each character, errors on a ground."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        super().__init__()
        self.names = names

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for two lines."""
        metrics = QFontMetricsF(fixed_font(option.widget))
        one: Reading | None = index.data(Qt.ItemDataRole.UserRole)
        columns = len(one.changes) if one is not None else 0
        wide = self._begin(option) + columns * self._column(option) + theme.px(6)
        return QSize(round(wide), round(2 * metrics.height()) + theme.px(7))

    def _begin(self, option: QStyleOptionViewItem) -> float:
        metrics = QFontMetricsF(small_font(option.widget))
        return max(metrics.horizontalAdvance(name) for name in NAMES) + theme.px(12)

    def _column(self, option: QStyleOptionViewItem) -> float:
        metrics = QFontMetricsF(fixed_font(option.widget))
        return max((metrics.horizontalAdvance(shown(name)) for name in self.names),
                   default=1.0) + theme.px(2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw both lines."""
        one: Reading | None = index.data(Qt.ItemDataRole.UserRole)
        if one is None:
            return
        tokens, place = theme.current(), QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, QColor(tokens.accent_soft))
        line, centred = (place.height() - theme.px(6)) / 2, int(Qt.AlignmentFlag.AlignCenter)
        begin, wide = place.x() + self._begin(option), self._column(option)
        for row, name in enumerate(NAMES):
            y = place.y() + theme.px(3) + row * line
            painter.setFont(small_font(option.widget))
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRectF(place.x() + theme.px(6), y, begin, line),
                             int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setFont(fixed_font(option.widget))
            for column, change in enumerate(one.changes):
                cell = QRectF(begin + column * wide, y, wide, line)
                if change.kind != "right":
                    painter.fillRect(cell, QColor(tokens.bad_soft))
                number = change.read if row else change.wanted
                painter.setPen(QColor(tokens.text if number >= 0 else tokens.text_muted))
                painter.drawText(cell, centred,
                                 shown(self.names[number]) if number >= 0 else NOTHING)
        painter.restore()


class TranscriptView(QWidget, OutputView):
    """Texts beside what is read of them, and the probabilities at every step of the chosen one.

    Attributes
    ----------
    list : QListView
        The readings; the current one is the chosen example.
    picture : StepShares
        Its probabilities.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._chosen = -1
        self.wrong_first = wrong_first(self._on_wrong_first_toggled)
        self.controls = (self.wrong_first,)
        self._readings, self._delegate = ReadingModel(), ReadingDelegate()
        self.list, self.picture = QListView(), StepShares()
        self.list.setModel(self._readings)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName("Texts and what the network reads")
        self.list.setToolTip("The true text above what the network reads; errors stand on a "
                             "ground. Choose one to see its steps.")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.list, LIST_SHARE)
        self._row.addWidget(self.picture, PICTURE_SHARE)
        self._show_parts(there_are=False)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the readings before; these examples are to be read into text."""
        self._dataset, self._snapshot, self._chosen = dataset, None, -1
        self._delegate.names = dataset.class_names
        self._readings.show(dataset, ())
        self.picture.show_shares(dataset.class_names, None)
        self._show_parts(there_are=False)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the readings of a snapshot; the chosen example stays chosen."""
        self._snapshot = snapshot
        if self._dataset is None:
            return
        found = readings_of(self._dataset, snapshot, wrong_first=self.wrong_first.isChecked())
        # Choosing among rows that are only just being filled is nobody's choice.
        chosen = self._chosen
        self._readings.show(self._dataset, found)
        self._show_parts(there_are=bool(found))
        self._choose(chosen)

    def table(self) -> Table:
        """Return of all texts what is true, what is read, and the probabilities at every step."""
        dataset, readings = self._dataset, self.readings()
        if dataset is None or not readings:
            return [], []
        all_shares = [one.transcript.shares for one in readings]
        lengths = [len(shares) for shares in all_shares]
        true = [text_of(dataset, [c.wanted for c in one.changes if c.wanted >= 0])
                for one in readings]
        read = [text_of(dataset, one.transcript.read.tolist()) for one in readings]
        told = [np.repeat(np.array(values, object), lengths)
                for values in ([one.transcript.row + 1 for one in readings], true, read)]
        return (["example", "true text", "read text", "step",
                 *(f"{name} [0 to 1]" for name in (BLANK_NAME, *dataset.class_names))],
                [*told, np.concatenate([np.arange(1, n + 1) for n in lengths]),
                 *np.concatenate(all_shares).T])

    def readings(self) -> Sequence[Reading]:
        """Return what is shown, in its order."""
        return self._readings.shown

    def chosen(self) -> Reading | None:
        """Return the reading whose steps are shown."""
        return next((one for one in self.readings() if one.transcript.row == self._chosen), None)

    def _choose(self, row: int) -> None:
        """Show the steps of an example; of the first where it is not there."""
        rows = [one.transcript.row for one in self.readings()]
        if not rows:
            return
        place = rows.index(row) if row in rows else 0
        self._chosen = rows[place]
        self.list.selectionModel().setCurrentIndex(
            self._readings.index(place), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._show_chosen()

    def _show_chosen(self) -> None:
        one = self.chosen()
        if one is not None and self._dataset is not None:
            self.picture.show_shares(self._dataset.class_names, one.transcript.shares)

    def _show_parts(self, *, there_are: bool) -> None:
        for part in (self.list, self.picture):
            part.setVisible(there_are)

    def paintEvent(self, event: object) -> None:
        """Draw a sentence while there is nothing else."""
        if not self.readings():
            draw_sentence(QPainter(self), QRectF(self.rect()), EMPTY)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._chosen = self.readings()[current.row()].transcript.row
            self._show_chosen()

    @Slot(bool)
    def _on_wrong_first_toggled(self) -> None:
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._row.setSpacing(theme.px(10))
        self.list.doItemsLayout()
