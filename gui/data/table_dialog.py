"""The dialog that turns a person's file into data to learn from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.data import TABLE, Dataset, load, preview
from engine.errors import EngineError
from engine.spec import DataSpec, TableSpec
from gui import theme
from gui.data.background import Background
from gui.data.table_columns import ColumnList
from gui.data.table_form import TableForm
from gui.document.dataset_text import inputs_text
from gui.document.file_folder import FileFolder
from gui.widgets import Button, ElidedLabel, MessageBar, PrimaryButton

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

FILTER = "Tables (*.csv *.tsv *.txt *.dat *.tab);;All files (*)"
SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".tab")
MOST_SHOWN_COLUMNS = 60


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
        self._dataset: Dataset | None = None
        self._preview: TablePreview | None = None
        self._looker = Background("Preview")
        self._loader = Background("Import")
        self.setWindowTitle("Import a table")
        self.setAcceptDrops(True)
        self._build()
        self._looker.done.connect(self._on_looker_done)
        self._looker.failed.connect(self._on_failed)
        self._loader.done.connect(self._on_loader_done)
        self._loader.failed.connect(self._on_failed)
        self.form.changed.connect(self._look)
        self.columns.inputs_changed.connect(self._on_inputs_changed)
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
        self._path = Path(path).expanduser().absolute()
        scaling = self._data.scaling if self._data.source == TABLE else "auto"
        self.form.set_spec(table or TableSpec(), scaling)
        self._preview = None
        self.file.setText(str(self._path))
        self._look()

    # Widgets

    def _build(self) -> None:
        self.file = ElidedLabel("Choose a file, or drop it here.", role="muted")
        self.choose = Button("Choose file…", "folder-open")
        self.choose.setToolTip("Choose a text file with columns: CSV, TSV or TXT.")
        self.choose.clicked.connect(self.ask_file)
        top = QHBoxLayout()
        top.addWidget(self.file, 1)
        top.addWidget(self.choose)
        self.message = MessageBar()
        self.form = TableForm()
        self.form.setMinimumWidth(theme.px(370))
        self.columns = ColumnList()
        self.cells = self._build_cells()
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setProperty("role", "muted")
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.px(18),) * 4)
        layout.setSpacing(theme.px(12))
        layout.addLayout(top)
        layout.addWidget(self.message)
        layout.addWidget(self._build_middle(), 1)
        layout.addLayout(self._build_bottom())
        self.resize(theme.px(980), theme.px(640))

    def _build_cells(self) -> QTableWidget:
        cells = QTableWidget()
        cells.setAccessibleName("First rows of the file")
        cells.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        cells.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        cells.setTabKeyNavigation(False)
        cells.verticalHeader().hide()
        cells.verticalHeader().setDefaultSectionSize(theme.px(24))
        cells.horizontalHeader().setHighlightSections(False)
        return cells

    def _build_middle(self) -> QWidget:
        left = _column(self.form, self.notes)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(_column(_heading("Columns to learn from"), self.columns))
        right.addWidget(_column(_heading("First rows"), self.cells))
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(right)
        for part in (right, splitter):
            part.setChildrenCollapsible(False)
            part.setHandleWidth(theme.px(14))
        splitter.setStretchFactor(0, 4)
        splitter.setStretchFactor(1, 7)
        return splitter

    def _build_bottom(self) -> QHBoxLayout:
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setFixedWidth(theme.px(90))
        self.progress.setAccessibleName("Reading the file")
        self.status = ElidedLabel()
        self.cancel = Button("Cancel")
        self.cancel.clicked.connect(self.reject)
        self.accept_button = PrimaryButton("Import")
        self.accept_button.setToolTip("Learn from this file.")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._on_accept_clicked)
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addWidget(self.progress)
        row.addWidget(self.status, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.accept_button)
        return row

    # Looking and loading

    @Slot()
    def _look(self) -> None:
        if self._path is None:
            return
        self._dataset = None
        self._loader.cancel()
        self._say(f"Looking at {self._path.name}…", busy=True)
        self._looker.submit(partial(preview, self._path, self.form.spec()))

    @Slot(object)
    def _on_looker_done(self, found: TablePreview) -> None:
        self._preview = found
        self.form.show_preview(found)
        self.columns.show_preview(found)
        self._show_cells(found)
        self._show_notes(found.notes)
        if found.problem:
            self._fail(found.problem)
            return
        self.message.hide()
        size = f"{found.size / 2**20:.1f} MB" if found.size >= 2**20 else f"{found.size:,} bytes"
        self._say(f"Reading {found.title} ({size})…", busy=True)
        self._loader.submit(partial(load, self._wanted()))

    @Slot(object)
    def _on_loader_done(self, dataset: Dataset) -> None:
        self._dataset = dataset
        outputs = (f"{dataset.n_outputs} classes" if dataset.task == "classification"
                   else "1 number to predict")
        self._show_notes(dataset.notes)
        self._say(f"{len(dataset.inputs):,} examples, {inputs_text(dataset)}, {outputs}.",
                  busy=False)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        if self._preview is None:
            self.columns.setRowCount(0)
            self.cells.setRowCount(0)
            self.cells.setColumnCount(0)
        self._show_notes(())
        self._fail(error.sentence)

    @Slot(tuple)
    def _on_inputs_changed(self, inputs: tuple[str, ...]) -> None:
        self.form.set_inputs(inputs)
        if inputs:
            self._look()
            return
        self._looker.cancel()
        self._loader.cancel()
        self._dataset = None
        self._show_notes(())
        self._fail("Tick at least one column to learn from.")

    def _wanted(self) -> DataSpec:
        table = self.form.spec()
        found = self._preview
        if found is not None:
            inputs = tuple(name for name in table.inputs if name in found.inputs)
            table = replace(table, target=found.target, inputs=inputs)
        return replace(self._data, source=TABLE, path=str(self._path or ""), table=table,
                       scaling=self.form.chosen_scaling())

    # Saying what is

    def _say(self, text: str, *, busy: bool) -> None:
        self.status.setText(text)
        self._refresh(busy=busy)

    def _fail(self, sentence: str) -> None:
        self.message.show_message(sentence, "bad")
        self._say("", busy=False)

    def _refresh(self, *, busy: bool = False) -> None:
        self.progress.setVisible(busy)
        self.accept_button.setEnabled(self._dataset is not None)
        self.form.setEnabled(self._path is not None)
        self.columns.setEnabled(self._path is not None)

    def _show_notes(self, notes: tuple[str, ...]) -> None:
        self.notes.setText("\n".join(f"• {note}" for note in notes))

    def _show_cells(self, found: TablePreview) -> None:
        names = [column.name for column in found.columns[:MOST_SHOWN_COLUMNS]]
        self.cells.setColumnCount(len(names))
        self.cells.setHorizontalHeaderLabels(names)
        self.cells.setRowCount(len(found.rows))
        for line, row in enumerate(found.rows):
            for place in range(len(names)):
                text = row[place] if place < len(row) else ""
                self.cells.setItem(line, place, QTableWidgetItem(text))
        self.cells.resizeColumnsToContents()

    # What a person does

    @Slot()
    def ask_file(self) -> None:
        """Ask for a file and look at it.

        One that takes the place of a file that could not be read is read as that was to be.
        """
        path, _ = QFileDialog.getOpenFileName(self, "Choose a table", self._folder.path(), FILTER)
        if path:
            self._folder.note(Path(path))
            self.read(Path(path), self.form.spec() if self._preview is None else None)

    @Slot()
    def _on_accept_clicked(self) -> None:
        if self._dataset is not None:
            self.imported.emit(self._wanted(), self._dataset)
            self.accept()

    def done(self, result: int) -> None:
        """Close, and forget what is being read."""
        self._looker.cancel()
        self._loader.cancel()
        super().done(result)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_table(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_table(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.read(path)


def dropped_table(mime: QMimeData) -> Path | None:
    """Return the first local text table among what is being dragged, or None."""
    paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return next((path for path in paths if path.suffix.lower() in SUFFIXES), None)


def _heading(text: str) -> QLabel:
    heading = QLabel(text)
    heading.setProperty("role", "title")
    return heading


def _column(top: QWidget, filling: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(8))
    layout.addWidget(top)
    layout.addWidget(filling, 1)
    return column
