"""The parts of the import dialog that hold no choice, and how all stand in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import Button, ElidedLabel, Fold, PrimaryButton, ReadingBar


def arranged(dialog: QWidget, parts: Sequence[QWidget | QLayout], filling: QWidget) -> None:
    """Put parts one under the other; one of them takes the room that is left."""
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(*(theme.px(16),) * 4)
    layout.setSpacing(theme.px(10))
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part, 1 if part is filling else 0)
        else:
            layout.addLayout(part)


def top_row() -> tuple[QLayout, ElidedLabel, Button, Button]:
    """Return the row of the file: its name, and the buttons that paste and choose one."""
    file = ElidedLabel("Choose a file, drop it here, or paste cells that you have copied.",
                       role="muted")
    paste = Button("Paste", "copy")
    paste.setToolTip("Read the cells that you have copied in a spreadsheet (Ctrl+V).")
    choose = Button("Choose file…", "folder-open")
    choose.setToolTip("Choose a table: a workbook (Excel, LibreOffice), text with columns (CSV, "
                      "TSV, TXT) or ARFF.")
    row = QHBoxLayout()
    row.setSpacing(theme.px(10))
    row.addWidget(file, 1)
    row.addWidget(paste)
    row.addWidget(choose)
    return row, file, paste, choose


def folds_row(reading: Fold, split: Fold) -> QLayout:
    """Return the row of what is folded."""
    row = QHBoxLayout()
    row.setSpacing(theme.px(18))
    row.addWidget(reading, 3)
    row.addWidget(split, 2)
    return row


def columns_box(columns: QTableWidget) -> tuple[QWidget, ElidedLabel]:
    """Return the list of columns under its heading, beside which stands what is said of one."""
    help_text = ElidedLabel(role="muted")
    heading = QHBoxLayout()
    heading.setSpacing(theme.px(12))
    heading.addWidget(_heading("Columns to learn from"))
    heading.addWidget(help_text, 1)
    return _box(heading, columns), help_text


def rows_box(rows: QTableWidget) -> QWidget:
    """Return the first rows under their heading."""
    heading = QHBoxLayout()
    heading.addWidget(_heading("First rows"))
    heading.addStretch(1)
    return _box(heading, rows)


def bottom_row() -> tuple[QLayout, ReadingBar, ElidedLabel, Button, PrimaryButton]:
    """Return the last row: what goes on, and the buttons that end the dialog."""
    progress = ReadingBar("Reading the file")
    progress.setFixedWidth(theme.px(90))
    status = ElidedLabel()
    cancel = Button("Cancel")
    cancel.setToolTip("Close this window; the data stay what they are.")
    accept = PrimaryButton("Import")
    accept.setToolTip("Learn from this file.")
    accept.setDefault(True)
    row = QHBoxLayout()
    row.setSpacing(theme.px(10))
    row.addWidget(progress)
    row.addWidget(status, 1)
    row.addWidget(cancel)
    row.addWidget(accept)
    return row, progress, status, cancel, accept


def _heading(text: str) -> QLabel:
    heading = QLabel(text)
    heading.setProperty("role", "title")
    heading.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return heading


def _box(heading: QLayout, filling: QTableWidget) -> QWidget:
    filling.setMinimumHeight(theme.px(110))
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(6))
    layout.addLayout(heading)
    layout.addWidget(filling, 1)
    return box
