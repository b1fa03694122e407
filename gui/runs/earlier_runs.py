"""The list of earlier runs, and by what each differs from the present project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import Button, plain_tip

if TYPE_CHECKING:
    from engine.experiments.differences import Row

WIDTH, HEIGHT, LIST, LINE = 1000, 380, 480, 26
MOST = 8
"""Runs that stay."""
ABOUT = (f"Up to {MOST} runs that have ended or were dropped stay, with network, weights and "
         "curves. A ticked one is a thin line in the plots. F2 renames, Delete forgets, Return "
         "restores.")
EMPTY = ("No earlier runs yet. A run that you reset, drop or replace stays here with its network, "
         "weights and curves.")
SAME = "None of them differs from the present project."
Role = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class EarlierRun:
    """One line of the list.

    Attributes
    ----------
    number : int
        Stays the same whatever becomes of the others.
    name : str
        What a person calls it.
    told : str
        How far it came: ``4,500 steps, loss 0.042``.
    shown : bool
        Whether it is drawn in the plots.
    """

    number: int
    name: str
    told: str
    shown: bool = False


class RunList(QTreeWidget):
    """Earlier runs with a tick and a name that can be changed in place. GUI thread only.

    Signals
    -------
    restore_pressed(), forget_pressed()
        A person has pressed the key for it.
    """

    restore_pressed = Signal()
    forget_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Earlier runs")
        self.setHeaderLabels(["Run", "How far it came"])
        self.setRootIsDecorated(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed
                             | QAbstractItemView.EditTrigger.DoubleClicked)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Restore or forget the run that is chosen, unless a name is being written."""
        editing = self.state() == QAbstractItemView.State.EditingState
        if not editing and event.key() == Qt.Key.Key_Delete:
            self.forget_pressed.emit()
        elif not editing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.restore_pressed.emit()
        else:
            super().keyPressEvent(event)

    def edit_name(self) -> None:
        """Let the name of the run that is chosen be changed."""
        item = self.currentItem()
        if item is not None:
            self.editItem(item, 0)


class EarlierRuns(QDialog):
    """Renames, restores, exports and forgets earlier runs. GUI thread only.

    Signals
    -------
    rename_requested(int, str)
        A person wants to call the run with this number otherwise.
    restore_requested(int), export_requested(int), forget_requested(int)
        A person wants to go on with it, to write it into files, or to have it gone.
    shown_changed(int, bool)
        A person wants it in the plots, or no more.
    """

    rename_requested = Signal(int, str)
    restore_requested = Signal(int)
    export_requested = Signal(int)
    forget_requested = Signal(int)
    shown_changed = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Earlier runs")
        self._runs: dict[int, EarlierRun] = {}
        self._about = QLabel(ABOUT)
        self._about.setWordWrap(True)
        self._about.setProperty("role", "muted")
        self._empty = QLabel(EMPTY)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._same = QLabel(SAME)
        self._same.setWordWrap(True)
        self._same.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.list = RunList()
        self.table = _made_table()
        self._make_buttons()
        self._arrange()
        self._wire()
        self.show_runs((), ())

    def show_runs(self, runs: Sequence[EarlierRun], rows: Sequence[Row]) -> None:
        """Show what there is; the run that was chosen stays chosen.

        Parameters
        ----------
        runs : Sequence[EarlierRun]
            The newest first.
        rows : Sequence[Row]
            By what they differ from the present project, with a value for each of them in this
            order: `engine.experiments.differences.table`.
        """
        chosen, before = self.chosen(), list(self._runs)
        self._runs = {run.number: run for run in runs}
        with QSignalBlocker(self.list):
            if before == list(self._runs):
                # In place: one of the lines may be the one that has just been ticked or renamed.
                for place, run in enumerate(runs):
                    item = self.list.topLevelItem(place)
                    assert item is not None
                    _write(run, item)
            else:
                self.list.clear()
                self.list.addTopLevelItems([_write(run, QTreeWidgetItem()) for run in runs])
        self._fill(runs, rows)
        self._empty.setVisible(not runs)
        for widget in (self._about, self.restore, self.rename, self.export, self.forget):
            widget.setVisible(bool(runs))
        self._split.setVisible(bool(runs))
        self.table.setVisible(bool(rows))
        self._same.setVisible(not rows)
        item = self.list.topLevelItem(list(self._runs).index(chosen) if chosen in self._runs else 0)
        if item is not None:
            self.list.setCurrentItem(item)
        self._refresh()

    def chosen(self) -> int | None:
        """Return the number of the run that is chosen; None if there is none."""
        item = self.list.currentItem()
        return None if item is None else int(item.data(0, Role))

    # Composition

    def _make_buttons(self) -> None:
        self.restore = Button("Restore", accent=True)
        self.restore.setToolTip("Go on with its network, settings and weights (Return). One step "
                                "to undo; the present run becomes an earlier one.")
        self.rename = Button("Rename")
        self.rename.setToolTip("Give it another name (F2).")
        self.export = Button("Export…")
        self.export.setToolTip("Write its history as CSV and its project.")
        self.forget = Button("Forget")
        self.forget.setToolTip("Take it from the list (Delete). This cannot be undone.")
        self.close_button = Button("Close")
        self.close_button.setToolTip("Close this window (Esc).")

    def _arrange(self) -> None:
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.table, 1)
        beside.addWidget(self._same, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(theme.px(10))
        self._split.addWidget(self.list)
        self._split.addWidget(right)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([theme.px(LIST), theme.px(WIDTH - LIST)])
        buttons = QHBoxLayout()
        for button in (self.restore, self.rename, self.export, self.forget):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.setSpacing(theme.px(10))
        whole.addWidget(self._about)
        whole.addWidget(self._split, 1)
        whole.addWidget(self._empty, 1)
        whole.addLayout(buttons)
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def _wire(self) -> None:
        self.list.itemChanged.connect(self._on_list_item_changed)
        self.list.currentItemChanged.connect(self._on_list_current_item_changed)
        self.list.restore_pressed.connect(self._on_restore_clicked)
        self.list.forget_pressed.connect(self._on_forget_clicked)
        self.restore.clicked.connect(self._on_restore_clicked)
        self.rename.clicked.connect(self.list.edit_name)
        self.export.clicked.connect(self._on_export_clicked)
        self.forget.clicked.connect(self._on_forget_clicked)
        self.close_button.clicked.connect(self.accept)
        theme.notifier().changed.connect(self._refresh)

    def _fill(self, runs: Sequence[EarlierRun], rows: Sequence[Row]) -> None:
        table = self.table
        table.clearContents()
        table.setRowCount(len(rows))
        table.setColumnCount(2 + len(runs))
        table.setHorizontalHeaderLabels(["Setting", "Now", *(run.name for run in runs)])
        for place, row in enumerate(rows):
            setting = f"{row.what.text} · {row.where.text}"
            cells = [setting, row.present.text, *(value.text for value in row.values)]
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(f"{setting}: {text}" if column else setting))
                differs = text != row.present.text
                item.setData(Role, column > 1 and not differs)
                if column > 1 and differs:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                table.setItem(place, column, item)
        table.resizeColumnsToContents()

    @Slot()
    def _refresh(self) -> None:
        """Offer what can be done, and mark the column of the run that is chosen."""
        chosen = self.chosen()
        for button in (self.restore, self.rename, self.export, self.forget):
            button.setEnabled(chosen is not None)
        column = 2 + list(self._runs).index(chosen) if chosen in self._runs else -1
        tokens = theme.current()
        for row in range(self.table.rowCount()):
            for place in range(self.table.columnCount()):
                item = self.table.item(row, place)
                if item is None:
                    continue
                # What is as it is now says nothing, and stands back.
                item.setForeground(QColor(tokens.text_muted if item.data(Role) else tokens.text))
                item.setBackground(QColor(tokens.accent_soft) if place == column else QBrush())

    # What a person does

    @Slot(QTreeWidgetItem, int)
    def _on_list_item_changed(self, item: QTreeWidgetItem, _column: int) -> None:
        run = self._runs[int(item.data(0, Role))]
        shown, name = item.checkState(0) == Qt.CheckState.Checked, item.text(0).strip()
        if shown != run.shown:
            self._runs[run.number] = EarlierRun(run.number, run.name, run.told, shown)
            self.shown_changed.emit(run.number, shown)
        if name and name != run.name:
            self._runs[run.number] = EarlierRun(run.number, name, run.told, shown)
            self.rename_requested.emit(run.number, name)
        elif not name:
            with QSignalBlocker(self.list):
                item.setText(0, run.name)

    @Slot()
    def _on_list_current_item_changed(self) -> None:
        self._refresh()
        chosen = self.chosen()
        item = self.table.item(0, 2 + list(self._runs).index(chosen)) if chosen in self._runs \
            else None
        if item is not None:
            self.table.scrollToItem(item)

    @Slot()
    def _on_restore_clicked(self) -> None:
        self._ask(self.restore_requested)

    @Slot()
    def _on_export_clicked(self) -> None:
        self._ask(self.export_requested)

    @Slot()
    def _on_forget_clicked(self) -> None:
        self._ask(self.forget_requested)

    def _ask(self, wish: SignalInstance) -> None:
        chosen = self.chosen()
        if chosen is not None:
            wish.emit(chosen)


def _write(run: EarlierRun, item: QTreeWidgetItem) -> QTreeWidgetItem:
    """Let a line of the list tell of a run; return it."""
    item.setText(0, run.name)
    item.setText(1, run.told)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(0, Qt.CheckState.Checked if run.shown else Qt.CheckState.Unchecked)
    item.setToolTip(0, plain_tip(f"{run.name}\nTick it to draw it in the plots."))
    item.setToolTip(1, plain_tip(run.told))
    item.setData(0, Role, run.number)
    item.setSizeHint(0, QSize(0, theme.px(LINE)))
    return item


def _made_table() -> QTableWidget:
    table = QTableWidget()
    table.setAccessibleName("What differs from the present project")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    return table
