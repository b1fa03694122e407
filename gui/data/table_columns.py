"""The list of a file's columns: what each is, and whether to learn from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTableWidget,
    QTableWidgetItem,
    QToolTip,
    QWidget,
)

from gui import theme
from gui.data.choices import one_line
from gui.theme.icons import FOLDER

if TYPE_CHECKING:
    from engine.data.table_preview import ColumnPreview, TablePreview

HEADINGS = ("Column", "Kind", "Missing", "Examples")
WIDEST_NAME_PX = 230
AT_ONCE = 400
"""Columns that are listed before the window answers again."""
NAME = Qt.ItemDataRole.UserRole
HELP = Qt.ItemDataRole.UserRole + 1
KIND_TIPS = {
    "numeric": "Numbers; the network sees them after scaling.",
    "category": "A few different texts; each becomes an input of 0 or 1 (one-hot).",
    "date": "Dates; ticked, they become numbers: days since the first, year, month and weekday.",
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
    pointed_at(str)
        A person went to a column: what is to be said of it, in one line.
    """

    inputs_changed = Signal(tuple)
    pointed_at = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self._open: Iterator[Callable[[], None]] = iter(())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_next)
        self.setAccessibleName("Columns to learn from")
        self.setHorizontalHeaderLabels(list(HEADINGS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(25))
        self.setShowGrid(False)
        self.setWordWrap(False)
        # Long names often differ at their ends.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        self.itemChanged.connect(self._on_item_changed)
        self.currentCellChanged.connect(self._on_current_cell_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_preview(self, preview: TablePreview, more_targets: Sequence[str] = ()) -> None:
        """List the columns of a file; what is predicted cannot be ticked."""
        self.blockSignals(True)
        self.setRowCount(len(preview.columns))
        self.blockSignals(False)
        targets = {preview.target, *more_targets}
        inputs = frozenset(preview.inputs)
        self._open = (partial(self._show_column, line, column, preview, column.name in targets,
                              inputs) for line, column in enumerate(preview.columns))
        self._show_next()
        header = self.horizontalHeader()
        for place in range(len(HEADINGS) - 1):
            self.resizeColumnToContents(place)
            room = header.sectionSize(place) + theme.px(12)
            header.resizeSection(place, min(room, theme.px(WIDEST_NAME_PX)))

    @Slot()
    def _show_next(self, most: int | None = AT_ONCE) -> None:
        """Show some more columns of those that are left; the window answers in between."""
        self.blockSignals(True)
        done = 0
        for show in islice(self._open, most):
            show()
            done += 1
        self.blockSignals(False)
        if done == most:
            self._later.start()
        else:
            self._later.stop()

    def forget(self) -> None:
        """List nothing."""
        self._open = iter(())
        self._later.stop()
        self.setRowCount(0)

    def inputs(self) -> tuple[str, ...]:
        """Return the names of the ticked columns."""
        return tuple(str(item.data(NAME)) for item in self._boxes()
                     if item.checkState() == Qt.CheckState.Checked)

    def item_of(self, name: str) -> QTableWidgetItem:
        """Return the box of a column."""
        return next(item for item in self._boxes() if item.data(NAME) == name)

    def _boxes(self) -> Sequence[QTableWidgetItem]:
        self._show_next(None)
        items = (self.item(line, 0) for line in range(self.rowCount()))
        return [item for item in items if item is not None]

    def _show_column(self, line: int, column: ColumnPreview, preview: TablePreview,
                     is_target: bool, inputs: Collection[str]) -> None:
        box = QTableWidgetItem(one_line(column.name))
        box.setData(NAME, column.name)
        is_ticked = column.name in inputs
        if is_target:
            box.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
        else:
            box.setFlags(box.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            box.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
        kind = "target" if is_target else column.kind
        texts = (kind, f"{column.missing:,}" if column.missing else "–",
                 one_line(", ".join(column.examples)))
        tip = "What the network is to predict." if is_target else KIND_TIPS.get(column.kind, "")
        reason = preview.reasons.get(column.name)
        if reason is not None and not is_target and not is_ticked:
            tip = f"Not ticked: {reason.text}."
        # For the row as a whole: thousands of columns must not keep the window waiting.
        box.setToolTip(f"<p><b>{escape(column.name)}</b></p><p>{escape(tip)} "
                       f"{column.distinct:,} different values in the rows seen.</p>")
        box.setData(HELP, f"{one_line(column.name)}: {tip}")
        self.setItem(line, 0, box)
        for place, text in enumerate(texts, 1):
            self.setItem(line, place, QTableWidgetItem(text))
        self._shade(box)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show what is to be said of a column wherever in its row the pointer rests."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            box = self.item(self.rowAt(event.pos().y()), 0)
            QToolTip.showText(event.globalPos(), box.toolTip() if box else "", self)
            return True
        return super().viewportEvent(event)

    def _shade_all(self) -> None:
        for box in self._boxes():
            self._shade(box)

    def _shade(self, box: QTableWidgetItem) -> None:
        """Draw in grey what is not learned from."""
        is_left_out = bool(box.flags() & Qt.ItemFlag.ItemIsUserCheckable) \
            and box.checkState() == Qt.CheckState.Unchecked
        if not is_left_out and box.data(Qt.ItemDataRole.ForegroundRole) is None:
            return
        colour = QColor(theme.current().text_muted) if is_left_out else None
        before = self.blockSignals(True)
        for place in range(len(HEADINGS)):
            if (cell := self.item(box.row(), place)) is not None:
                cell.setData(Qt.ItemDataRole.ForegroundRole, colour)
        self.blockSignals(before)

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens, side = theme.current(), theme.px(14)
        tick = (FOLDER / f"control-check-{tokens.name}.svg").as_posix()
        self.setStyleSheet(
            f"QTableView::indicator {{ width: {side}px; height: {side}px; border-radius: 4px;"
            f" border: 1px solid {tokens.border_strong}; background: {tokens.surface}; }}"
            f"QTableView::indicator:checked {{ border-color: {tokens.accent};"
            f" background: {tokens.accent}; image: url(\"{tick}\"); }}")
        self._shade_all()

    @Slot(QTableWidgetItem)
    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self._shade(item)
            self.inputs_changed.emit(self.inputs())

    @Slot(int, int, int, int)
    def _on_current_cell_changed(self, line: int, *_places: int) -> None:
        box = self.item(line, 0)
        if box is not None:
            self.pointed_at.emit(str(box.data(HELP) or ""))

