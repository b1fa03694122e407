"""The doctor's limits: what each means, its amber and red numbers, and the defaults beside them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.messages import Message
from engine.spec import LIMITS, LimitField, LimitValue
from engine.spec.limits import BY_KEY, differing
from gui import theme
from gui.document.document import Document
from gui.widgets import Button, PrimaryButton
from gui.widgets.number_box import NumberBox, written

WIDTH, HEIGHT = 660, 600
LIMITS_TITLE = "Doctor’s limits"
TOLD = ("From which figures on the doctor says something. They belong to the project and are saved "
        "with it; runs are judged by them at once, and none begins anew. Ctrl+Z takes a change "
        "back.")
GROUPS = {"layers": "Layers and loss, at every look", "start": "Before the first step",
          "run": "How a run goes", "patience": "How long, and what is compared"}
AMBER, RED = "From here on it deserves attention.", "From here on learning is at stake."
DEFAULTS_TIP = "Set all limits to their defaults; it can be undone."
CHANGED = "\N{BULLET}"


class LimitRow(QObject):
    """What stands in the grid for one limit. GUI thread only.

    Parameters
    ----------
    field : LimitField
        The limit.

    Attributes
    ----------
    boxes : tuple[NumberBox, ...]
        For its only number, or for amber and red.

    Signals
    -------
    edited(object)
        A person wants this value.
    refused(str)
        What a person has typed is wrong; why.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, field: LimitField, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._value = field.default
        names = ("amber", "red") if field.is_pair else ("",)
        self.boxes = tuple(self._made_box(place, name) for place, name in enumerate(names))
        self.title = QLabel(field.title)
        self.title.setBuddy(self.boxes[0])
        self._help = QLabel(field.help)
        self._help.setProperty("role", "small")
        self._help.setWordWrap(True)
        self._default = _muted(value_text(field.default))

    def put(self, grid: QGridLayout, row: int) -> None:
        """Take a place in a grid."""
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self._help)
        grid.addLayout(words, row, 0)
        for column, box in enumerate(self.boxes, 1):
            grid.addWidget(box, row, column, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._default, row, 3, Qt.AlignmentFlag.AlignVCenter)

    def set_value(self, value: LimitValue) -> None:
        """Show a value without emitting."""
        self._value = value
        numbers = value if isinstance(value, tuple) else (value,)
        for box, number in zip(self.boxes, numbers, strict=True):
            box.set_value(float(number))
        is_changed = value != self.field.default
        self.title.setText(f"{self.field.title} {CHANGED}" if is_changed else self.field.title)
        for box in self.boxes:
            box.setAccessibleDescription("changed" if is_changed else "the default")

    def _made_box(self, place: int, name: str) -> NumberBox:
        box = NumberBox(f"{self.field.title}, {name}" if name else self.field.title,
                        lambda number: self._fault(place, number))
        box.setToolTip(f"<p><b>{self.field.title}.</b> {self.field.help}</p>"
                       f"<p>Default: {value_text(self.field.default)}</p>")
        box.edited.connect(lambda number: self.edited.emit(self._with(place, number)))
        box.refused.connect(self.refused)
        return box

    def _fault(self, place: int, number: float) -> Message | None:
        return self.field.number_fault(number) or self.field.fault(self._with(place, number))

    def _with(self, place: int, number: float) -> LimitValue:
        """Return the value with another number in one place."""
        if isinstance(self._value, tuple):
            return (number, self._value[1]) if place == 0 else (self._value[0], number)
        return int(number) if self.field.is_whole and number.is_integer() else number


class LimitsDialog(QDialog):
    """All limits in groups, each edit of which is one of the document. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose limits they are.
    parent : QWidget | None
        Qt's owner.

    Attributes
    ----------
    rows : dict[str, LimitRow]
        By the keys of the limits.
    defaults : Button
        Sets all of them to their defaults.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setWindowTitle(LIMITS_TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.rows = {field.key: LimitRow(field, self) for field in LIMITS}
        for row in self.rows.values():
            row.edited.connect(self._on_row_edited)
            row.refused.connect(self._say)
        told = _muted(TOLD)
        told.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.setSpacing(theme.px(10))
        whole.addWidget(told)
        whole.addWidget(self._made_list(), 1)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "strong")
        self.problem.hide()
        whole.addWidget(self.problem)
        whole.addLayout(self._made_buttons())
        for key, act in ((QKeySequence.StandardKey.Undo, document.undo_stack.undo),
                         (QKeySequence.StandardKey.Redo, document.undo_stack.redo)):
            # Those of the main window do not count here.
            QShortcut(QKeySequence(key), self).activated.connect(act)
        document.changed.connect(self._on_document_changed)
        self.show_document()
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))
        # A box that had the keyboard would stand there as if it were to be edited.
        self._close.setFocus()

    def _made_list(self) -> QScrollArea:
        lines = QWidget()
        column = QVBoxLayout(lines)
        column.setContentsMargins(0, 0, theme.px(10), 0)
        column.setSpacing(theme.px(18))
        for group, title in GROUPS.items():
            rows = [row for row in self.rows.values() if row.field.group == group]
            column.addLayout(_grid(title, rows))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(lines)
        return scroll

    def _made_buttons(self) -> QHBoxLayout:
        self.defaults = Button("Defaults")
        self.defaults.setToolTip(DEFAULTS_TIP)
        self.defaults.setAutoDefault(False)
        self.defaults.clicked.connect(self._on_defaults_clicked)
        self._count = _muted("")
        self._close = PrimaryButton("Close")
        # Return in a box is for the number in it.
        self._close.setAutoDefault(False)
        self._close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.defaults)
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        return buttons

    def show_document(self) -> None:
        """Show the limits of the project that is edited."""
        own = self._document.project.limits
        for key, row in self.rows.items():
            row.set_value(own.get(key, BY_KEY[key].default))
        count = len(differing(own))
        self.defaults.setEnabled(count > 0)
        self._count.setText(f"{CHANGED} {count} changed" if count else "All are the defaults.")

    @Slot(object)
    def _on_row_edited(self, value: LimitValue) -> None:
        row = self.sender()
        if isinstance(row, LimitRow):
            self._set({**self._document.project.limits, row.field.key: value})

    @Slot()
    def _on_defaults_clicked(self) -> None:
        self._set({})

    def _set(self, limits: dict[str, LimitValue]) -> None:
        try:
            self._document.set_limits(limits)
        except EngineError as error:
            self.show_document()
            self._say(error.sentence)

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()

    @Slot()
    def _on_document_changed(self) -> None:
        self.problem.hide()
        self.show_document()


def value_text(value: LimitValue) -> str:
    """Return a limit as the dialog writes it: ``0.01 / 0.0001``."""
    numbers = value if isinstance(value, tuple) else (value,)
    return " / ".join(written(float(number)) for number in numbers)


def _grid(title: str, rows: list[LimitRow]) -> QGridLayout:
    """Return the rows of a group under their headings."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(12))
    grid.setVerticalSpacing(theme.px(9))
    grid.setColumnStretch(0, 1)
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    grid.addWidget(heading, 0, 0)
    if rows[0].field.is_pair:
        grid.addWidget(_muted("Amber", AMBER), 0, 1)
        grid.addWidget(_muted("Red", RED), 0, 2)
    grid.addWidget(_muted("Default"), 0, 3)
    grid.setColumnMinimumWidth(1, theme.px(84))
    grid.setColumnMinimumWidth(2, theme.px(84))
    grid.setColumnMinimumWidth(3, theme.px(96))
    for number, row in enumerate(rows, 1):
        row.put(grid, number)
    return grid


def _muted(text: str, tooltip: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setToolTip(tooltip)
    return label
