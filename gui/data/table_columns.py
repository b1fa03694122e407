"""The list of a file's columns: what each is, and whether to learn from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui import theme
from gui.theme.icons import FOLDER

if TYPE_CHECKING:
    from engine.data.table_preview import ColumnPreview, TablePreview

HEADINGS = ("Column", "Kind", "Missing", "Examples")
KIND_TIPS = {
    "numeric": "Numbers; the network sees them after scaling.",
    "category": "A few different texts; each becomes an input of 0 or 1 (one-hot).",
    "text": "Too many different texts to be categories; left out unless you tick it.",
    "identifier": "Names or counts the rows, which tells nothing; left out unless you tick it.",
    "constant": "The same in every row, which tells nothing.",
    "empty": "No row has a value.",
}


class ColumnList(QTableWidget):
    """A row per column with a box to tick for those to learn from. GUI thread only.

    Signals
    -------
    inputs_changed(tuple)
        A person ticked or unticked a column; names of all ticked ones.
    """

    inputs_changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self.setAccessibleName("Columns to learn from")
        self.setHorizontalHeaderLabels(list(HEADINGS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(25))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        self.itemChanged.connect(self._on_item_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_preview(self, preview: TablePreview) -> None:
        """List the columns of a file; the target cannot be ticked."""
        self.blockSignals(True)
        self.setRowCount(len(preview.columns))
        for line, column in enumerate(preview.columns):
            self._show_column(line, column, preview)
        self.blockSignals(False)

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the ticked columns."""
        return tuple(item.text() for item in self._boxes()
                     if item.checkState() == Qt.CheckState.Checked)

    def item_of(self, name: str) -> QTableWidgetItem:
        """Return the box of a column."""
        return next(item for item in self._boxes() if item.text() == name)

    def _boxes(self) -> Sequence[QTableWidgetItem]:
        items = (self.item(line, 0) for line in range(self.rowCount()))
        return [item for item in items if item is not None]

    def _show_column(self, line: int, column: ColumnPreview, preview: TablePreview) -> None:
        is_target = column.name == preview.target
        box = QTableWidgetItem(column.name)
        if is_target:
            box.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
        else:
            box.setFlags(box.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            box.setCheckState(Qt.CheckState.Checked if column.name in preview.inputs
                              else Qt.CheckState.Unchecked)
        kind = "target" if is_target else column.kind
        texts = (kind, f"{column.missing:,}" if column.missing else "–",
                 ", ".join(column.examples))
        tip = "What the network is to predict." if is_target else KIND_TIPS.get(column.kind, "")
        self.setItem(line, 0, box)
        for place, text in enumerate(texts, 1):
            self.setItem(line, place, QTableWidgetItem(text))
        for place in range(len(HEADINGS)):
            cell = self.item(line, place)
            if cell is not None:
                cell.setToolTip(f"<p>{tip} {column.distinct:,} different values in the rows "
                                "seen.</p>")

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens, side = theme.current(), theme.px(14)
        tick = (FOLDER / f"control-check-{tokens.name}.svg").as_posix()
        self.setStyleSheet(
            f"QTableView::indicator {{ width: {side}px; height: {side}px; border-radius: 4px;"
            f" border: 1px solid {tokens.border_strong}; background: {tokens.surface}; }}"
            f"QTableView::indicator:checked {{ border-color: {tokens.accent};"
            f" background: {tokens.accent}; image: url(\"{tick}\"); }}")

    @Slot(QTableWidgetItem)
    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.inputs_changed.emit(self.inputs())
