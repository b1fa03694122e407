"""The right column: a table of the article beside what is measured, and what that says."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.experiments.course_view import CourseCurve, CourseView
from gui.experiments.table_rows import TableFigures, TableRows
from gui.experiments.verdict_line import VerdictLine
from gui.widgets import Button, Card, ElidedLabel, set_page

RUN, AGAIN = "Run", "Run again"
RUN_TIP = "Compute what is missing of this table."
AGAIN_TIP = "Forget what was measured, and compute all of it anew."
COPY_TIP = "Copy the rows as text with tabs, which spreadsheets read."
OPEN_TIP = "Open the network of the selected row as B in the Lab."
NOTHING = "Choose a table at the left."


@dataclass(frozen=True)
class TableView:
    """All that is shown of a table.

    Attributes
    ----------
    title, setting, claim : str
        What it is, what is trained for it, what the article says.
    figures : TableFigures
        Its rows.
    curves : tuple[CourseCurve, ...]
        Loss by step of some rows.
    goal : float
        The loss that was to be reached; 0 for none.
    tone, heading, verdict, left_out : str
        What is to be said of it.
    is_whole : bool
        Whether all of it has been computed.
    can_run : bool
        Whether it can be computed now: it does not run or wait already.
    """

    title: str
    setting: str
    claim: str
    figures: TableFigures
    curves: tuple[CourseCurve, ...] = ()
    goal: float = 0.0
    tone: str = "neutral"
    heading: str = ""
    verdict: str = ""
    left_out: str = ""
    is_whole: bool = False
    can_run: bool = True


class TablePane(Card):
    """A table. GUI thread only.

    Signals
    -------
    run_requested(bool)
        It is to be computed; whether all of it anew.
    copy_requested()
        Its rows are to be copied.
    opened(int)
        The network of a row is to be opened as B in the Lab.
    """

    run_requested = Signal(bool)
    copy_requested = Signal()
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Table", parent)
        self._view: TableView | None = None
        self._empty = QLabel(NOTHING)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._claim, self._setting = _made_words(), _made_words()
        self.rows, self.verdict, self.course = TableRows(), VerdictLine(), CourseView()
        self._course_head = _made_head("Loss by step", "median and range of the seeds")
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self._claim, self.rows, self.verdict, self._course_head):
            self._column.addWidget(part)
        self._column.addWidget(self.course, 1)
        self._column.addWidget(self._setting)
        self._rest = QWidget()
        self._column.addWidget(self._rest, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._inner)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self.area, 1)
        self._add_buttons()
        self.rows.opened.connect(self.opened)
        self.rows.row_changed.connect(self._on_rows_row_changed)
        theme.notifier().changed.connect(self._on_sizes_changed)
        self._on_sizes_changed()
        set_page(self, "controls/experiments")
        self._show_parts(False)

    def _add_buttons(self) -> None:
        self.run = Button(RUN, "rotate-ccw")
        self.run.clicked.connect(self._on_run_clicked)
        self.copy = Button("Copy table", "copy")
        self.copy.setToolTip(COPY_TIP)
        self.copy.clicked.connect(self.copy_requested)
        self.open = Button("Open in the Lab")
        self.open.setToolTip(OPEN_TIP)
        self.open.clicked.connect(self._on_open_clicked)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.run, self.copy, self.open):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addWidget(self._buttons)

    def show_table(self, view: TableView | None) -> None:
        """Show a table, or that none is chosen."""
        is_other = view is None or self._view is None or view.title != self._view.title
        self._view = view
        self._show_parts(view is not None)
        if view is None:
            self.set_title("Table")
            self.set_hint("")
            return
        self.set_title(view.title)
        self._claim.setText(f"The article: {view.claim}")
        self._claim.setToolTip(view.setting)
        self._setting.setText(f"{view.setting} {view.left_out}".strip())
        if is_other:
            self.rows.row = 0
            self.area.verticalScrollBar().setValue(0)
        self.rows.set_table(view.figures)
        self.course.set_curves(view.curves, view.goal)
        self._course_head.setVisible(bool(view.curves))
        self.course.setVisible(bool(view.curves))
        self._rest.setVisible(not view.curves)
        if view.verdict:
            self.verdict.show_verdict(view.tone, view.heading, view.verdict)
        else:
            self.verdict.hide()
        self.run.setText(AGAIN if view.is_whole else RUN)
        self.run.setToolTip(AGAIN_TIP if view.is_whole else RUN_TIP)
        self.run.setEnabled(view.can_run)
        self._on_rows_row_changed()

    def _show_parts(self, is_there: bool) -> None:
        self._empty.setVisible(not is_there)
        self.area.setVisible(is_there)
        self._buttons.setVisible(is_there)

    @Slot()
    def _on_rows_row_changed(self) -> None:
        rows = () if self._view is None else self._view.figures.rows
        label = rows[self.rows.row].label if self.rows.row < len(rows) else ""
        self.open.setAccessibleName(f"Open {label} in the Lab")
        self.open.setToolTip(f"{OPEN_TIP} Now: {label}.")

    @Slot()
    def _on_run_clicked(self) -> None:
        self.run_requested.emit(self._view is not None and self._view.is_whole)

    @Slot()
    def _on_open_clicked(self) -> None:
        self.opened.emit(self.rows.row)

    @Slot()
    def _on_sizes_changed(self) -> None:
        self._column.setSpacing(theme.px(8))


def _made_words() -> QLabel:
    """Return a label for some lines of muted words."""
    label = QLabel()
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def _made_head(title: str, hint: str) -> QWidget:
    """Return the head of a part of the pane."""
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(ElidedLabel(title, role="title"), 1)
    row.addWidget(ElidedLabel(hint, role="muted"))
    return head
