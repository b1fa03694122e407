"""The choices that say which examples of a person's file are for validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from engine.spec import TableSpec
from gui import theme
from gui.data.choices import offer_names, one_line, roomy
from gui.widgets import Button, ElidedLabel, LabelledCombo, Segmented

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

WAYS = (("random", "At random"), ("groups", "Whole groups"), ("latest", "The latest"),
        ("file", "Another file"))
TIPS = {
    "random": "<p>Any example may be for validation. Classes have the same shares on both "
              "sides.</p>",
    "groups": "<p>Rows with the same value in a column stay together: the same person is never on "
              "both sides.</p>",
    "latest": "<p>The last examples by a column are for validation: what comes later is told from "
              "what came before.</p>",
    "file": "<p>A second file of the same columns is for validation, this one to learn from.</p>",
}
HELP = {
    "random": "Rows are drawn by the data's seed.",
    "groups": "Choose the column that tells the groups apart.",
    "latest": "Choose the column that says when.",
    "file": "Choose a file with the same columns.",
}
CHOOSE, BY_ROWS = "Choose a column…", "Order of the rows"


class SplitForm(QWidget):
    """At random, by groups, by time, or another file for the test. GUI thread only.

    Signals
    -------
    chosen(object)
        A person wants it otherwise: fields of `engine.spec.TableSpec` and their values.
    file_requested()
        A person wants to choose the test file.
    """

    chosen = Signal(object)
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = TableSpec()
        self._names: Sequence[str] = ()
        self._pending = ""
        self.way = Segmented(WAYS, "Which examples are for validation")
        self.way.set_tooltips(TIPS)
        self.way.selected.connect(self._on_way_selected)
        self.column = roomy(LabelledCombo(
            "By", beside=True, tooltip="<p>The column that says which rows belong together, or "
            "which come later. It may be an input or none.</p>"))
        self.column.combo.setMinimumWidth(theme.px(220))
        self.column.setMaximumWidth(theme.px(360))
        self.column.value_changed.connect(self._on_column_value_changed)
        self.test_file = Button("Test file…", "folder-open")
        self.test_file.setToolTip("Choose a second file of the same columns, whose rows are all "
                                  "for validation.")
        self.test_file.clicked.connect(self.file_requested)
        self.file = ElidedLabel(role="muted")
        self.help = QLabel()
        self.help.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self.way)
        row.addWidget(self.column, 2)
        row.addWidget(self.test_file)
        row.addWidget(self.file, 2)
        row.addWidget(self.help)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_spec(TableSpec(), None)

    def show_spec(self, spec: TableSpec, found: TablePreview | None) -> None:
        """Show what the person has chosen; the columns are those that were found."""
        self._spec = spec
        self._names = [column.name for column in found.columns] if found else ()
        self._show_way(self._pending or ("file" if spec.test_path else spec.split))

    def forget(self) -> None:
        """Wait for nothing any more: another file is to be read."""
        self._pending = ""

    def summary(self, training_share: float) -> str:
        """Return in short how examples are divided."""
        spec, share = self._spec, f"{training_share:.0%} to learn from"
        if spec.test_path:
            return f"validation on {Path(spec.test_path).name}"
        column = one_line(spec.split_by)
        if spec.split == "groups":
            return f"{share}, whole groups by {column}"
        if spec.split == "latest":
            return f"{share}, the latest by {column or 'order of the rows'} for validation"
        return f"{share}, drawn at random"

    def _show_way(self, way: str) -> None:
        self.way.set_current(way)
        is_by_column = way in ("groups", "latest")
        self.column.setVisible(is_by_column)
        self.test_file.setVisible(way == "file")
        self.file.setVisible(way == "file")
        self.file.setText(self._spec.test_path or HELP["file"])
        self.help.setVisible(way != "file")
        self.help.setText(HELP[way])
        if is_by_column:
            is_chosen = self._spec.split == way
            first = BY_ROWS if way == "latest" else CHOOSE
            if way == "groups" and is_chosen and self._spec.split_by:
                first = ""
            offer_names(self.column, self._names, first)
            self.column.set_value(self._spec.split_by if is_chosen else "")

    # What a person does

    @Slot(str)
    def _on_way_selected(self, way: str) -> None:
        # Groups wait for their column, and a test for its file.
        self._pending = way if way in ("groups", "file") else ""
        self._show_way(way)
        if way == "random":
            self.chosen.emit({"split": "random", "split_by": "", "test_path": ""})
        elif way == "latest":
            self.chosen.emit({"split": "latest", "split_by": "", "test_path": ""})

    @Slot(str)
    def _on_column_value_changed(self, column: str) -> None:
        way = self.way.current()
        if column or way == "latest":
            self._pending = ""
            self.chosen.emit({"split": way, "split_by": column, "test_path": ""})
