"""Single rows of a table with what the network takes them for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.outcomes import Outcome, outcomes
from gui.output.sample_grid import draw_mark, outcome_text
from gui.output.tables import classes_table
from gui.output.texts import sentence
from gui.output.view import OutputView, wrong_first

Index = QModelIndex | QPersistentModelIndex
HEADERS = ("", "True", "Predicted", "Probability")
TEXT_HEADERS = ("", "Text", "True", "Predicted")
"""The probability stands behind the predicted class, for a text needs the room."""
CELL_PX = 20
"""Room beside the text of a cell; also what the tick or the cross gets."""
LONGEST_NAMES = 50
NOWHERE = QModelIndex()
ROLES = frozenset(map(int, (
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.UserRole,
    Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.TextAlignmentRole)))
"""What a cell has something for."""


class OutcomeModel(QAbstractTableModel):
    """Outcomes as rows of a table."""

    def __init__(self) -> None:
        super().__init__()
        self.dataset: Dataset | None = None
        self.shown: Sequence[Outcome] = ()
        self.headers: tuple[str, ...] = HEADERS

    def show(self, dataset: Dataset, shown: Sequence[Outcome]) -> None:
        """Show other outcomes; the view keeps its place when their number stays."""
        if dataset is not self.dataset or len(shown) != len(self.shown):
            self.beginResetModel()
            self.dataset, self.shown = dataset, shown
            self.headers = HEADERS if dataset.tokens is None else TEXT_HEADERS
            self.endResetModel()
            return
        self.shown = shown
        if shown:
            last = self.index(len(shown) - 1, len(self.headers) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return how many outcomes there are."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        # Qt asks for a dozen of other roles of every cell.
        if role not in ROLES or self.dataset is None or not index.isValid():
            return None
        one, header = self.shown[index.row()], self.headers[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(self.dataset, one)
        if role == Qt.ItemDataRole.UserRole:
            return one.is_right
        if role == Qt.ItemDataRole.AccessibleTextRole and not header:
            return "right" if one.is_right else "wrong"
        if role == Qt.ItemDataRole.TextAlignmentRole and header == "Probability":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or not header:
            return None
        names = self.dataset.class_names
        texts = {"Text": sentence(self.dataset, one.row), "True": names[one.truth],
                 "Predicted": names[one.predicted],
                 "Probability": f"{100 * one.probability:.1f} %"}
        if self.dataset.tokens is not None:
            texts["Predicted"] += f"  {100 * one.probability:.0f} %"
        return texts[header]

    def longest(self, header: str) -> list[str]:
        """Return the longest texts that a column of classes or probabilities can hold."""
        if self.dataset is None or not header:
            return []
        names = sorted(self.dataset.class_names, key=len)[-LONGEST_NAMES:]
        return {"True": names, "Predicted": [f"{name}  100 %" for name in names]}.get(
            header, ["100.0 %"])

    def _tooltip(self, dataset: Dataset, one: Outcome) -> str:
        said = outcome_text(dataset, one)
        return said if dataset.tokens is None else f"{sentence(dataset, one.row)}\n{said}"


class MarkDelegate(QStyledItemDelegate):
    """Draws the tick or the cross of the first column."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the ground, then the mark."""
        super().paint(painter, option, index)
        area = QRectF(option.rect)
        side = min(area.height() * 0.5, area.width() * 0.6)
        place = QRectF(0, 0, side, side)
        place.moveCenter(area.center())
        draw_mark(painter, place, bool(index.data(Qt.ItemDataRole.UserRole)))


class SampleTable(QTableView, OutputView):
    """True and predicted class of single examples, with a mark for right or wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._dataset: Dataset | None = None
        self.wrong_first = wrong_first(self._on_wrong_first_toggled)
        self.controls = (self.wrong_first,)
        self._outcomes = OutcomeModel()
        self._marks = MarkDelegate()
        self.setModel(self._outcomes)
        self.setItemDelegateForColumn(0, self._marks)
        self.setAccessibleName("Samples: true and predicted class")
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._outcomes.modelReset.connect(self._on_model_reset)
        self._on_model_reset()
        self.setWordWrap(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the samples before."""
        self._dataset, self._snapshot = dataset, None
        self._outcomes.show(dataset, ())

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the sample of a snapshot."""
        self._snapshot = snapshot
        if self._dataset is not None:
            self._outcomes.show(
                self._dataset,
                outcomes(self._dataset, snapshot, wrong_first=self.wrong_first.isChecked()))

    def table(self) -> Table:
        """Return the whole sample with all probabilities, in its own order."""
        return classes_table(self._dataset, self._snapshot)

    @Slot(bool)
    def _on_wrong_first_toggled(self) -> None:
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def changeEvent(self, event: QEvent) -> None:
        """Keep rows as high as a line of text, and columns as wide as their longest."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """Measure one row and what each column can hold, never all that it holds."""
        header = self.verticalHeader()
        if header.count():
            header.setDefaultSectionSize(max(self.sizeHintForRow(0), header.sectionSizeHint(0)))
        columns, metrics = self.horizontalHeader(), self.fontMetrics()
        for column, name in enumerate(self._outcomes.headers):
            if not self._is_wide(name):
                widest = max(map(metrics.horizontalAdvance, self._outcomes.longest(name)),
                             default=0)
                columns.resizeSection(column, max(columns.sectionSizeHint(column),
                                                  widest + theme.px(CELL_PX)))

    def _is_wide(self, name: str) -> bool:
        """Say whether a column takes the room that is over: text, and without one the classes."""
        return name == "Text" if "Text" in self._outcomes.headers else \
            name in ("True", "Predicted")

    @Slot()
    def _on_model_reset(self) -> None:
        for column, name in enumerate(self._outcomes.headers):
            self.horizontalHeader().setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if self._is_wide(name)
                else QHeaderView.ResizeMode.Fixed)
        self._fit()

    def shown(self) -> Sequence[Outcome]:
        """Return the outcomes in the order shown."""
        return self._outcomes.shown
