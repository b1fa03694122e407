"""The dialog that turns a person's file into data to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QSplitter, QWidget

from engine.data import TABLE, Dataset, load, preview
from engine.data.files import at_home, is_there
from engine.errors import EngineError
from engine.messages import Message
from engine.spec import DataSpec, TableSpec
from gui import theme
from gui.data.background import Background
from gui.data.choices import one_line
from gui.data.clipboard_table import (
    copied,
    forget_pasted,
    keep_pasted,
    passing_folder,
    pasted_folder,
    table_text,
    why_nothing,
)
from gui.data.first_rows import FirstRows
from gui.data.reading_options import ReadingOptions
from gui.data.remark_list import Line, RemarkList
from gui.data.split_form import SplitForm
from gui.data.table_columns import ColumnList
from gui.data.table_files import FILTER, dropped_table, dropped_tables, with_its_test
from gui.data.table_form import TableForm
from gui.data.table_layout import arranged, bottom_row, columns_box, folds_row, rows_box, top_row
from gui.document.bringing import Brought, bring
from gui.document.dataset_text import inputs_text
from gui.document.file_folder import FileFolder
from gui.widgets import Button, Fold, MessageBar

if TYPE_CHECKING:
    from engine.data.remark import Change, Remark
    from engine.data.table_preview import TablePreview


GUESSES = frozenset({"note.target-guessed"})
"""Codes of remarks on a choice that the dialog makes for a person who has made none."""


class TableDialog(QDialog):
    """Previews a file, picks target and inputs, and loads it off the window's thread.

    Parameters
    ----------
    data : DataSpec
        The data in use; its split and seed are kept.
    folder : FileFolder | None
        Where a file is looked for; by default it is not remembered.
    parent : QWidget | None
        The window.

    Signals
    -------
    imported(DataSpec, Dataset)
        A person wants to learn from this file.
    """

    imported = Signal(object, object)

    def __init__(self, data: DataSpec, folder: FileFolder | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder or FileFolder()
        self._data = data
        self._path: Path | None = None
        self._spec = TableSpec()
        self._dataset: Dataset | None = None
        self._digest = ""
        self._preview: TablePreview | None = None
        self._pasted: list[Path] = []
        self._told = ""
        self._remarks: tuple[Remark, ...] = ()
        self._shows_undo = False
        # What each change that was chosen among the remarks has replaced, the newest last.
        self._replaced: list[tuple[str, Mapping[str, Any]]] = []
        self._looker = Background("Preview")
        self._loader = Background("Import")
        self.setWindowTitle("Import a table")
        self.setAcceptDrops(True)
        self._build()
        self._wire()
        self._refresh()

    def read(self, path: Path, table: TableSpec | None = None) -> None:
        """Look at a file.

        Parameters
        ----------
        path : Path
            The file.
        table : TableSpec | None
            What was chosen for it before; by default everything is found out.
        """
        self._path = at_home(str(path)).absolute()
        self._spec = table or TableSpec()
        self.form.set_scaling(self._data.scaling if self._data.source == TABLE else "auto")
        self._preview = None
        self._told = ""
        self._replaced.clear()
        self._show_remarks(())
        self.reading.forget()
        self.split.forget()
        self.reading_fold.set_open(False)
        self.file.setText(str(self._path))
        self._show_spec()
        self._look()

    def spec(self) -> TableSpec:
        """Return what the person has chosen; what is left open is found out."""
        return self._spec

    # Widgets

    def _build(self) -> None:
        top, self.file, self.paste_button, self.choose = top_row()
        self.message = MessageBar()
        self.form = TableForm()
        self.reading, self.split = ReadingOptions(), SplitForm()
        self.reading_fold = Fold("Read as", self.reading, "Say how the file is to be read: "
                                 "separator, decimal mark, names, encoding, sheet.")
        self.split_fold = Fold("Split", self.split, "Say which examples are for validation.")
        self.remarks = RemarkList()
        self.columns = ColumnList()
        self.cells = FirstRows()
        columns, self.column_help = columns_box(self.columns)
        middle = QSplitter(Qt.Orientation.Horizontal)
        middle.addWidget(columns)
        middle.addWidget(rows_box(self.cells))
        middle.setChildrenCollapsible(False)
        middle.setHandleWidth(theme.px(14))
        middle.setSizes([theme.px(560), theme.px(600)])
        bottom, self.progress, self.status, self.cancel, self.accept_button = bottom_row()
        arranged(self, (top, self.message, self.form,
                        folds_row(self.reading_fold, self.split_fold), self.reading, self.split,
                        self.remarks, middle, bottom), filling=middle)
        for button in self.findChildren(Button):
            # Return imports, wherever the keyboard is.
            button.setAutoDefault(button is self.accept_button)
        self.choose.setFocus()
        # As high as fits a small screen with its bars.
        self.resize(theme.px(1180), theme.px(650))

    def _wire(self) -> None:
        self._looker.done.connect(self._on_looker_done)
        self._looker.failed.connect(self._on_looker_failed)
        self._loader.done.connect(self._on_loader_done)
        self._loader.read.connect(self.progress.set_share)
        self._loader.failed.connect(self._on_loader_failed)
        self.choose.clicked.connect(self.ask_file)
        self.paste_button.clicked.connect(self.paste)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        self.form.chosen.connect(self._on_fields_chosen)
        self.form.scaling_chosen.connect(self._look)
        self.reading.chosen.connect(self._on_fields_chosen)
        self.split.chosen.connect(self._on_fields_chosen)
        self.split.file_requested.connect(self.ask_test_file)
        self.reading_fold.toggled.connect(self._on_fold_toggled)
        self.split_fold.toggled.connect(self._on_fold_toggled)
        self.message.action_requested.connect(self._on_message_action_requested)
        self.remarks.chosen.connect(self._on_remark_chosen)
        self.columns.inputs_changed.connect(self._on_inputs_changed)
        self.columns.pointed_at.connect(self.column_help.setText)
        self.cancel.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self._on_accept_clicked)

    # Looking and loading

    @Slot()
    def _look(self) -> None:
        if self._path is None:
            return
        self._dataset = None
        self._loader.cancel()
        self._say(f"Looking at {self._path.name}…", busy=True)
        self._looker.submit(partial(preview, self._path, self._spec))

    @Slot(object)
    def _on_looker_done(self, found: TablePreview) -> None:
        if self._preview is None and self.choose.hasFocus():
            self.form.target.combo.setFocus()
        self._preview = found
        self._show_spec()
        self.columns.show_preview(found, self._spec.more_targets)
        self.cells.show_preview(found)
        self._show_remarks(found.remarks)
        names = {column.name for column in found.columns}
        # Another column is another question: it is offered, and never put in the place of one that
        # cannot be predicted.
        if self._spec.target and self._spec.target not in names:
            self._fail(f"{found.title} has no column “{self._spec.target}”. Choose the column to "
                       "predict, or another file.", "warning", self._other_target())
            return
        if found.fault is not None:
            self._wait_for_other_choice(found.fault)
            return
        self.message.hide()
        size = f"{found.size / 2**20:.1f} MB" if found.size >= 2**20 else f"{found.size:,} bytes"
        self._say(f"Reading {found.title} ({size})…", busy=True)
        self._loader.submit(partial(bring, self._wanted(), load))

    @Slot(object)
    def _on_looker_failed(self, error: EngineError) -> None:
        if self._preview is None:
            self.columns.forget()
            self.cells.forget()
            if self._path is not None and is_there(self._path) and self._path.is_file():
                self._open(self.reading_fold)
        self._show_remarks(())
        self._fail(error.sentence)

    @Slot(object)
    def _on_loader_done(self, brought: Brought) -> None:
        self._dataset, self._digest = brought.dataset, brought.data.digest
        dataset = brought.dataset
        self._show_remarks((*self._guesses(), *dataset.remarks))
        self._say(f"{len(dataset.inputs):,} examples, {inputs_text(dataset)}, "
                  f"{_outputs_text(dataset)}.", busy=False)

    def _guesses(self) -> tuple[Remark, ...]:
        """Return what the preview had to guess: what is loaded was told it, as if it were sure."""
        found = () if self._preview is None else self._preview.remarks
        return tuple(remark for remark in found if remark.message.code in GUESSES)

    @Slot(object)
    def _on_loader_failed(self, error: EngineError) -> None:
        self._wait_for_other_choice(error.message)

    def _wait_for_other_choice(self, fault: Message) -> None:
        """Say why nothing can be learned as it is chosen, and show where to choose otherwise."""
        is_target = fault.code.startswith("target.") and fault.code != "target.no-logarithm"
        if fault.code.startswith("split."):
            self._open(self.split_fold)
        self._fail(fault.text, "warning", self._other_target() if is_target else "")

    def _other_target(self) -> str:
        """Return another column that may be predicted, the last of them; empty if there is none."""
        found = self._preview
        if found is None:
            return ""
        named = {found.target, self._spec.target, *self._spec.more_targets}
        usable = [column.name for column in found.columns
                  if column.usable and column.name not in named]
        return usable[-1] if usable else ""

    def _wanted(self) -> DataSpec:
        table, found = self._spec, self._preview
        if found is not None:
            names = {column.name for column in found.columns}
            table = replace(table, target=found.target,
                            inputs=tuple(name for name in table.inputs if name in found.inputs),
                            more_targets=tuple(n for n in table.more_targets if n in names))
        return replace(self._data, source=TABLE, path=str(self._path or ""), table=table,
                       scaling=self.form.chosen_scaling(), more_paths=(), options={}, digest="",
                       embedded="")

    # Saying what is

    def _show_spec(self) -> None:
        found = self._preview
        self.form.show_spec(self._spec, found)
        self.reading.show_spec(self._path, self._spec, found)
        self.split.show_spec(self._spec, found)
        self.reading_fold.set_summary(self.reading.summary(found))
        self.split_fold.set_summary(self.split.summary(self._data.training_share))

    def _say(self, text: str, *, busy: bool) -> None:
        self.status.setText(text)
        self._refresh(busy=busy)

    def _fail(self, sentence: str, tone: str = "bad", other_target: str = "") -> None:
        self._offered = other_target
        title = self.fontMetrics().elidedText(one_line(other_target),
                                              Qt.TextElideMode.ElideMiddle, theme.px(180))
        self.message.show_message(sentence, tone,
                                  action=f"Predict {title}" if other_target else "")
        self._say("", busy=False)

    def _refresh(self, *, busy: bool = False) -> None:
        self.progress.setVisible(busy)
        self.accept_button.setEnabled(self._dataset is not None)
        for part in (self.form, self.reading_fold, self.reading, self.split_fold, self.split,
                     self.columns):
            part.setEnabled(self._path is not None)

    def _show_remarks(self, remarks: Sequence[Remark]) -> None:
        self._remarks, self._shows_undo = tuple(remarks), bool(self._replaced)
        undo = [Line(f"You chose: {_capital(label)}.", "Undo") for label, _ in self._replaced[-1:]]
        missing = self._missing_inputs()
        told = [Line(text) for text in (
            self._told, missing and f"The file has no {missing}, which the project learns from.",
        ) if text]
        self.remarks.show_lines([*undo, *(
            Line(remark.text, _capital(remark.change.label.text) if remark.change else "")
            for remark in self._remarks), *told])

    def _missing_inputs(self) -> str:
        """Return which columns were to be learned from and are not there; empty if all are."""
        if self._preview is None:
            return ""
        names = {column.name for column in self._preview.columns}
        gone = [name for name in self._spec.inputs if name not in names]
        shown = ", ".join(f"“{name}”" for name in gone[:3])
        return shown + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")

    def _open(self, fold: Fold) -> None:
        # Both at once would leave no room for the columns.
        for other in (self.reading_fold, self.split_fold):
            other.set_open(other is fold)

    # What a person does

    @Slot(object)
    def _on_fields_chosen(self, fields: Mapping[str, Any]) -> None:
        self._spec = replace(self._spec, **fields)
        self._show_spec()
        self._look()

    @Slot(int)
    def _on_remark_chosen(self, place: int) -> None:
        # As the lines are seen: while the file is read again, they are still those from before.
        if self._shows_undo:
            if not place:
                _, before = self._replaced.pop()
                self._on_fields_chosen(before)
                return
            place -= 1
        change = self._remarks[place].change
        if change is not None:
            self._make(change)

    def _make(self, change: Change) -> None:
        before = {name: getattr(self._spec, name) for name in change.fields}
        self._replaced.append((change.label.text, before))
        self._on_fields_chosen(change.fields)

    @Slot(tuple)
    def _on_inputs_changed(self, inputs: tuple[str, ...]) -> None:
        self._spec = replace(self._spec, inputs=inputs)
        if inputs:
            self._look()
            return
        self._looker.cancel()
        self._loader.cancel()
        self._dataset = None
        self._show_remarks(())
        self._fail("Tick at least one column to learn from.", "warning")

    @Slot(bool)
    def _on_fold_toggled(self, is_open: bool) -> None:
        fold = self.sender()
        if is_open and isinstance(fold, Fold):
            self._open(fold)

    @Slot()
    def _on_message_action_requested(self) -> None:
        self.form.choose_target(self._offered)

    @Slot()
    def ask_file(self) -> None:
        """Ask for a file and look at it.

        One that takes the place of a file that could not be read is read as that was to be.
        """
        path, _ = QFileDialog.getOpenFileName(self, "Choose a table", self._folder.path(), FILTER)
        if path:
            self._folder.note(Path(path))
            self.read(Path(path), self._spec if self._preview is None else None)

    @Slot()
    def ask_test_file(self) -> None:
        """Ask for a second file, whose examples are for validation."""
        path, _ = QFileDialog.getOpenFileName(self, "Choose a file to test with",
                                              self._folder.path(), FILTER)
        if path:
            self._folder.note(Path(path))
            self.split.forget()
            self._on_fields_chosen({"test_path": str(Path(path).absolute()), "split": "random",
                                    "split_by": ""})

    @Slot()
    def paste(self) -> None:
        """Read what was copied in another program as if it were a file."""
        mime = copied()
        if dropped_tables(mime):
            self._read_all(mime)
            return
        text = table_text(mime)
        if not text:
            self.message.show_message(why_nothing(mime), "warning")
            return
        folder = pasted_folder()
        path = keep_pasted(text, (folder, passing_folder()))
        if path is None:
            self.message.show_message("What was copied cannot be kept: neither your folder for "
                                      "data nor the one for passing files can be written to.",
                                      "bad")
            return
        self._pasted.append(path)
        self.read(path)
        if path.parent != folder:
            self._told = (f"What was copied lies in {path.parent}, which the system may clear: "
                          "your folder for data cannot be written to.")

    @Slot()
    def _on_accept_clicked(self) -> None:
        if self._dataset is not None:
            wanted = replace(self._wanted(), digest=self._digest)
            self._pasted = [path for path in self._pasted if str(path) != wanted.path]
            self.imported.emit(wanted, self._dataset)
            self.accept()

    def done(self, result: int) -> None:
        """Close, and forget what is being read and what was pasted in vain."""
        self._looker.cancel()
        self._loader.cancel()
        forget_pasted(self._pasted)
        super().done(result)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_table(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if dropped_table(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._read_all(event.mimeData())

    def _read_all(self, mime: QMimeData) -> None:
        path, test = with_its_test(dropped_tables(mime))
        self.read(path, TableSpec(test_path=str(test)) if test is not None else None)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _outputs_text(dataset: Dataset) -> str:
    if dataset.task == "classification":
        return f"{dataset.n_outputs} classes"
    return "1 number to predict" if dataset.n_outputs == 1 \
        else f"{dataset.n_outputs} numbers to predict"
