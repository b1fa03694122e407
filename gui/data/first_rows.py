"""The first rows of a person's file, cell by cell."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from gui import theme
from gui.data.choices import one_line

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

MOST_SHOWN_COLUMNS = 60
WIDEST_PX = 170


class FirstRows(QTableWidget):
    """Cells as they stand in the file. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("First rows of the file")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(24))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def show_preview(self, found: TablePreview) -> None:
        """Show the rows of a file, its first columns at most."""
        names = [column.name for column in found.columns[:MOST_SHOWN_COLUMNS]]
        self.setColumnCount(len(names))
        for place, name in enumerate(names):
            item = QTableWidgetItem(one_line(name))
            item.setToolTip(f"<p>{escape(name)}</p>")
            self.setHorizontalHeaderItem(place, item)
        self.setRowCount(len(found.rows))
        for line, row in enumerate(found.rows):
            for place in range(len(names)):
                text = row[place] if place < len(row) else ""
                cell = QTableWidgetItem(one_line(text))
                if len(text) > 20:
                    cell.setToolTip(f"<p>{escape(text)}</p>")
                self.setItem(line, place, cell)
        self.resizeColumnsToContents()
        header = self.horizontalHeader()
        for place in range(len(names)):
            header.resizeSection(place, min(header.sectionSize(place), theme.px(WIDEST_PX)))

    def forget(self) -> None:
        """Show nothing."""
        self.setRowCount(0)
        self.setColumnCount(0)
